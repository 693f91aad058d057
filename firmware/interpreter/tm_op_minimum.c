/* MINIMUM; see tinyml/ops/minimum.py. */
#include "tm_extremum_of.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_extremum_prepare(model, 0); }

const tm_operator tm_op_minimum = {57, prepare};
