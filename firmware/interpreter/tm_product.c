#include "tm_product.h"

void tm_product_add(tm_interpreter *model, tm_run *run, const tm_binary *binary) {
  const tm_tensor *first = &binary->first, *second = &binary->second, *output = &binary->output;
  int32_t low, high;
  if (!tm_activation_range(model, tm_option(model, TM_FIELD(0, 1), 0), output, &low, &high)) return;
  const tm_factor factor = tm_require_factor(model, first->scale, second->scale, output->scale);
  const tm_mul_params params = {
      TM_LOOPS_PARAMS(binary->loops),
      .input1_offset = -first->zero_point,
      .input2_offset = -second->zero_point,
      .output_offset = output->zero_point,
      .output_multiplier = factor.multiplier,
      .output_shift = factor.shift,
      .activation_min = low,
      .activation_max = high,
  };
  tm_binary_add(model, run, &params, sizeof(params), binary);
}
