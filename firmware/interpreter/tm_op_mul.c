/* MUL; see tinyml/ops/mul.py. */
#include "mul_s8.h"
#include "tm_sum.h"

typedef struct {
  tm_binary_arrays at;
  tm_mul_s8_params params;
} mul_call;

void tm_run_mul(const void *data) {
  const mul_call *call = data;
  const tm_mul_s8_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_mul_s8(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare_int8(tm_interpreter *model, const tm_binary *binary, int32_t activation) {
  const tm_tensor *first = &binary->first, *second = &binary->second, *output = &binary->output;
  int32_t low, high;
  if (!tm_binary_require_int8(model, binary) || !tm_activation_range(model, activation, output, &low, &high)) {
    return;
  }
  const tm_factor factor = tm_require_factor(model, first->scale, second->scale, output->scale);
  const tm_mul_s8_params params = {
      TM_LOOPS_PARAMS(binary->loops),
      .input1_offset = -first->zero_point,
      .input2_offset = -second->zero_point,
      .output_offset = output->zero_point,
      .output_multiplier = factor.multiplier,
      .output_shift = factor.shift,
      .activation_min = low,
      .activation_max = high,
  };
  tm_binary_add(model, tm_run_mul, &params, sizeof(params), binary);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  const int32_t activation = tm_option(model, TM_FIELD(0, 1), 0);
  if (binary.first.type == TM_INT32) {
    tm_arithmetic_add(model, &binary, TM_ARITHMETIC_MUL, activation);
  } else {
    prepare_int8(model, &binary, activation);
  }
}

const tm_operator tm_op_mul = {18, prepare};
