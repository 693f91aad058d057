/* SQUARED_DIFFERENCE; see tinyml/ops/squared_difference.py. */
#include "squared_difference_s8.h"
#include "tm_sum.h"

static void run(const void *data) {
  const tm_sum_call *call = data;
  const tm_scaled_sum_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_squared_difference_s8(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (tm_binary_read(model, &binary) && tm_binary_require(model, &binary, TM_INT8)) {
    tm_squared_sum_add(model, run, &binary, TM_SQUARED_DIFFERENCE_S8_LEFT_SHIFT);
  }
}

const tm_operator tm_op_squared_difference = {99, prepare};
