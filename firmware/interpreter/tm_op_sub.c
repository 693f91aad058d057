/* SUB; see tinyml/ops/sub.py. */
#include "sub_s8.h"
#include "tm_sum.h"

static void run(const void *data) {
  const tm_sum_call *call = data;
  const tm_scaled_sum_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_sub_s8(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary) || !tm_binary_require(model, &binary, TM_INT8)) return;
  const tm_factor factor = tm_sum_factor(model, &binary, TM_SCALED_SUM_S8_LEFT_SHIFT);
  tm_sum_add(model, run, &binary, factor, tm_option(model, TM_FIELD(0, 1), 0));
}

const tm_operator tm_op_sub = {41, prepare};
