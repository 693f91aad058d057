/* GREATER_EQUAL; see tinyml/ops/greater_equal.py. */
#include "tm_comparison.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_comparison_prepare(model, TM_GREATER_EQUAL); }

const tm_operator tm_op_greater_equal = {62, prepare};
