/* GREATER of int32 and int64; see tinyml/ops/greater.py. */
#include "tm_comparison.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_wide_comparison_prepare(model, TM_GREATER); }

const tm_operator tm_op_greater_wide = {TM_OPERATOR_WIDE | 61, prepare};
