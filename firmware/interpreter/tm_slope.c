#include "tm_slope.h"

void tm_prelu_prepare(tm_interpreter *model, int32_t type, tm_run *run) {
  tm_binary binary;
  const tm_tensor *source = &binary.first, *alpha = &binary.second, *output = &binary.output;
  if (!tm_mixed_binary_read(model, &binary) ||
      !tm_require(model, tm_is_quantized(source, type) && tm_is_int8(alpha) && tm_is_quantized(output, type))) {
    return;
  }
  const tm_factor identity = tm_require_factor(model, source->scale, 1.0F, output->scale);
  const tm_factor leaky = tm_require_factor(model, source->scale, alpha->scale, output->scale);
  const tm_prelu_params params = {
      TM_LOOPS_PARAMS(binary.loops),
      .input_offset = -source->zero_point,
      .alpha_offset = -alpha->zero_point,
      .output_offset = output->zero_point,
      .identity_multiplier = identity.multiplier,
      .identity_shift = identity.shift,
      .alpha_multiplier = leaky.multiplier,
      .alpha_shift = leaky.shift,
  };
  tm_binary_add(model, run, &params, sizeof(params), &binary);
}
