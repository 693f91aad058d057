/* TANH of int16; see tinyml/ops/tanh.py. */
#include "tanh_s16.h"
#include "tm_sigmoid_wide.h"

static void run(const void *data) {
  const tm_sigmoid_call *call = data;
  tm_tanh_s16(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) { tm_sigmoid_prepare(model, run, 2); }

const tm_operator tm_op_tanh_wide = {TM_OPERATOR_WIDE | 28, prepare};
