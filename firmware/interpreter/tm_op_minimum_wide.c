/* MINIMUM of int16, int32 and int64; see tinyml/ops/minimum.py. */
#include "tm_extremum_of.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_wide_extremum_prepare(model, 0); }

const tm_operator tm_op_minimum_wide = {TM_OPERATOR_WIDE | 57, prepare};
