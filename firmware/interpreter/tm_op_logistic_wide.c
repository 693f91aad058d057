/* LOGISTIC of int16; see tinyml/ops/logistic.py. */
#include "logistic_s16.h"
#include "tm_sigmoid_wide.h"

static void run(const void *data) {
  const tm_sigmoid_call *call = data;
  tm_logistic_s16(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) { tm_sigmoid_prepare(model, run, 1); }

const tm_operator tm_op_logistic_wide = {TM_OPERATOR_WIDE | 14, prepare};
