#include "tm_arithmetic.h"

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
