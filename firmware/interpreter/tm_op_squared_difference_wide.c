/* SQUARED_DIFFERENCE of int16 and int32; see tinyml/ops/squared_difference.py. */
#include "squared_difference_s16.h"
#include "tm_arithmetic.h"
#include "tm_sum.h"

static void run(const void *data) {
  const tm_sum_call *call = data;
  const tm_scaled_sum_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_squared_difference_s16(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  if (binary.first.type == TM_INT32) {
    tm_arithmetic_add(model, &binary, TM_ARITHMETIC_SQUARED_DIFFERENCE, 0);
  } else if (tm_binary_require_symmetric(model, &binary)) {
    tm_squared_sum_add(model, run, &binary, TM_SQUARED_DIFFERENCE_S16_LEFT_SHIFT);
  }
}

const tm_operator tm_op_squared_difference_wide = {TM_OPERATOR_WIDE | 99, prepare};
