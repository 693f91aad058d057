#include "tm_comparison.h"

#include "compare_s8.h"
#include "compare_u8.h"

static void run_u8(const void *data) {
  const tm_plain_comparison *call = data;
  tm_compare_u8(&call->params, call->input1, call->input2, call->output);
}

void tm_plain_comparison_add(tm_interpreter *model, tm_run *run, const tm_binary *binary, int32_t comparison) {
  tm_plain_comparison *call = tm_layer_add(model, run, sizeof(*call), &binary->output);
  if (call == NULL) return;
  const tm_plain_comparison made = {
      .params = {TM_LOOPS_PARAMS(binary->loops), .comparison = comparison},
      .input1 = binary->first.data,
      .input2 = binary->second.data,
      .output = binary->output.data,
  };
  *call = made;
}

typedef struct {
  tm_compare_s8_params params;
  const int8_t *input1;
  const int8_t *input2;
  uint8_t *output;
} scaled_call;

static void run_s8(const void *data) {
  const scaled_call *call = data;
  tm_compare_s8(&call->params, call->input1, call->input2, call->output);
}

static TM_COLD void add_scaled(tm_interpreter *model, const tm_binary *binary, int32_t comparison) {
  const tm_tensor *first = &binary->first, *second = &binary->second, *output = &binary->output;
  if (!tm_require(model, tm_is_int8(first) && tm_is_int8(second))) return;
  const tm_factor factor1 = tm_factor_of(first->scale, 1.0F, 1.0F, 0);
  const tm_factor factor2 = tm_factor_of(second->scale, 1.0F, 1.0F, 0);
  /* TFLM stops the program where a scale is not below 1. */
  if (!tm_require(model, factor1.shift <= 0 && factor2.shift <= 0)) return;
  scaled_call *call = tm_layer_add(model, run_s8, sizeof(*call), output);
  if (call == NULL) return;
  const scaled_call made = {
      .params = {TM_LOOPS_PARAMS(binary->loops), .comparison = comparison, .input1_offset = -first->zero_point,
                 .input1_multiplier = factor1.multiplier, .input1_shift = factor1.shift,
                 .input2_offset = -second->zero_point, .input2_multiplier = factor2.multiplier,
                 .input2_shift = factor2.shift},
      .input1 = (const int8_t *)first->data,
      .input2 = (const int8_t *)second->data,
      .output = output->data,
  };
  *call = made;
}

void tm_comparison_prepare(tm_interpreter *model, int32_t comparison) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary) || !tm_require(model, binary.output.type == TM_BOOL)) return;
  const bool equality = comparison == TM_EQUAL || comparison == TM_NOT_EQUAL;
  if (binary.first.type == TM_INT8) {
    add_scaled(model, &binary, comparison);
  } else if (tm_require(model, binary.first.type == TM_BOOL && equality)) {
    tm_plain_comparison_add(model, run_u8, &binary, comparison);
  }
}
