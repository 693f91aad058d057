/* LESS of int32 and int64; see tinyml/ops/less.py. */
#include "tm_comparison.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_wide_comparison_prepare(model, TM_LESS); }

const tm_operator tm_op_less_wide = {TM_OPERATOR_WIDE | 58, prepare};
