/* REDUCE_MIN; see tinyml/ops/reduce_min.py. */
#include "tm_reduce_axes.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_extreme_prepare(model, true); }

const tm_operator tm_op_reduce_min = {89, prepare};
