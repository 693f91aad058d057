/* PRELU of int16; see tinyml/ops/prelu.py. */
#include "prelu_s16.h"
#include "tm_slope.h"

static void run(const void *data) {
  const tm_prelu_call *call = data;
  tm_prelu_s16(&call->params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) { tm_prelu_prepare(model, TM_INT16, run); }

const tm_operator tm_op_prelu_wide = {TM_OPERATOR_WIDE | 54, prepare};
