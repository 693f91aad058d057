/* SUM of int16; see tinyml/ops/sum.py. */
#include "mean_s16.h"
#include "tm_rescaled_sum.h"

static void run(const void *data) {
  const tm_mean_call *call = data;
  tm_mean_s16(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) { tm_sum_of_axes_prepare(model, TM_INT16, run, false); }

const tm_operator tm_op_sum_wide = {TM_OPERATOR_WIDE | 74, prepare};
