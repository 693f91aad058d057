/* ADD of int16 and int32; see tinyml/ops/add.py. */
#include "add_s16.h"
#include "tm_arithmetic.h"
#include "tm_sum.h"

static void run(const void *data) {
  const tm_sum_call *call = data;
  const tm_scaled_sum_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_add_s16(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  const int32_t activation = tm_option(model, TM_FIELD(0, 1), 0);
  if (binary.first.type == TM_INT32) {
    /* TFLM leaves an activation out here. */
    if (tm_require(model, activation == 0)) tm_arithmetic_add(model, &binary, TM_ARITHMETIC_ADD, 0);
  } else if (tm_binary_require(model, &binary, TM_INT16)) {
    const tm_factor factor = tm_sum_factor(model, &binary, TM_SCALED_SUM_S16_LEFT_SHIFT);
    tm_sum_add(model, run, &binary, factor, activation);
  }
}

const tm_operator tm_op_add_wide = {TM_OPERATOR_WIDE | 0, prepare};
