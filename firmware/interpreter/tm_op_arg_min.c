/* ARG_MIN; see tinyml/ops/arg_min.py. */
#include "tm_arg.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_arg_prepare(model, true); }

const tm_operator tm_op_arg_min = {79, prepare};
