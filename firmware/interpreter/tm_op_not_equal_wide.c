/* NOT_EQUAL of int32 and int64; see tinyml/ops/not_equal.py. */
#include "tm_comparison.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_wide_comparison_prepare(model, TM_NOT_EQUAL); }

const tm_operator tm_op_not_equal_wide = {TM_OPERATOR_WIDE | 72, prepare};
