#include "tm_sum.h"

static TM_COLD float larger_scale(const tm_binary *binary) {
  return binary->first.scale > binary->second.scale ? binary->first.scale : binary->second.scale;
}

tm_factor tm_sum_factor(tm_interpreter *model, const tm_binary *binary) {
  const tm_factor factor =
      tm_factor_of(larger_scale(binary), 1.0F, binary->output.scale, 1 - TM_SUM_S8_LEFT_SHIFT);
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
  const tm_sum_s8_params params = {
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

typedef struct {
  tm_arithmetic_s32_params params;
  const int32_t *input1;
  const int32_t *input2;
  int32_t *output;
} arithmetic_call;

static void run_arithmetic(const void *data) {
  const arithmetic_call *call = data;
  tm_arithmetic_s32(&call->params, call->input1, call->input2, call->output);
}

void tm_arithmetic_add(tm_interpreter *model, const tm_binary *binary, int32_t function, int32_t activation) {
  /* What the fused activations let through: none, RELU, RELU_N1_TO_1, RELU6. */
  static const int32_t lows[4] = {INT32_MIN, 0, -1, 0}, highs[4] = {INT32_MAX, INT32_MAX, 1, 6};
  const tm_tensor *first = &binary->first, *second = &binary->second, *output = &binary->output;
  const bool plain = first->type == TM_INT32 && output->type == TM_INT32 && first->scales.length == 0 &&
                     second->scales.length == 0 && output->scales.length == 0;
  if (!tm_require(model, plain && activation >= 0 && activation < 4)) return;
  arithmetic_call *call = tm_layer_add(model, run_arithmetic, sizeof(*call), output);
  if (call == NULL) return;
  const arithmetic_call made = {
      .params = {TM_LOOPS_PARAMS(binary->loops), .function = function, .activation_min = lows[activation],
                 .activation_max = highs[activation]},
      .input1 = (const int32_t *)(const void *)first->data,
      .input2 = (const int32_t *)(const void *)second->data,
      .output = (int32_t *)(void *)output->data,
  };
  *call = made;
}
