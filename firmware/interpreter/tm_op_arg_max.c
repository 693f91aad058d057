/* ARG_MAX; see tinyml/ops/arg_max.py. */
#include "tm_arg.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_arg_prepare(model, false); }

const tm_operator tm_op_arg_max = {56, prepare};
