/* MEAN; see tinyml/ops/mean.py. */
#include "mean_s8.h"
#include "tm_rescaled_sum.h"

static void run(const void *data) {
  const tm_mean_call *call = data;
  tm_mean_s8(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) { tm_sum_of_axes_prepare(model, TM_INT8, run, true); }

const tm_operator tm_op_mean = {40, prepare};
