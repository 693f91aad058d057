/* REDUCE_MAX; see tinyml/ops/reduce_max.py. */
#include "tm_reduce_axes.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_extreme_prepare(model, false); }

const tm_operator tm_op_reduce_max = {82, prepare};
