#include "tm_sum.h"

static TM_COLD float larger_scale(const tm_binary *binary) {
  return binary->first.scale > binary->second.scale ? binary->first.scale : binary->second.scale;
}

tm_factor tm_sum_factor(tm_interpreter *model, const tm_binary *binary, int32_t left_shift) {
  const tm_factor factor = tm_factor_of(larger_scale(binary), 1.0F, binary->output.scale, 1 - left_shift);
  tm_require(model, factor.shift <= 0);
  return factor;
}

void tm_sum_add(tm_interpreter *model, tm_run *run, const tm_binary *binary, tm_factor to_output,
                int32_t activation) {
  const tm_tensor *first = &binary->first, *second = &binary->second, *output = &binary->output;
  int32_t low, high;
  if (!tm_is_ok(model) || !tm_activation_range(model, activation, output, &low, &high)) return;
  const tm_factor factor1 = tm_factor_of(first->scale, 1.0F, larger_scale(binary), -1);
  const tm_factor factor2 = tm_factor_of(second->scale, 1.0F, larger_scale(binary), -1);
  const tm_scaled_sum_params params = {
      TM_LOOPS_PARAMS(binary->loops),
      .input1_offset = -first->zero_point,
      .input2_offset = -second->zero_point,
      .output_offset = output->zero_point,
      .output_multiplier = to_output.multiplier,
      .output_shift = to_output.shift,
      .activation_min = low,
      .activation_max = high,
      .input1_multiplier = factor1.multiplier,
      .input1_shift = factor1.shift,
      .input2_multiplier = factor2.multiplier,
      .input2_shift = factor2.shift,
  };
  tm_binary_add(model, run, &params, sizeof(params), binary);
}

void tm_squared_sum_add(tm_interpreter *model, tm_run *run, const tm_binary *binary, int32_t left_shift) {
  const float larger = larger_scale(binary);
  const tm_factor factor = tm_factor_of(larger, larger, binary->output.scale, 2 - 2 * left_shift);
  if (tm_require(model, factor.shift <= TM_MAX_SHIFT)) tm_sum_add(model, run, binary, factor, 0);
}
