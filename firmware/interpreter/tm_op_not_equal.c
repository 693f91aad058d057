/* NOT_EQUAL; see tinyml/ops/not_equal.py. */
#include "tm_comparison.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_comparison_prepare(model, TM_NOT_EQUAL); }

const tm_operator tm_op_not_equal = {72, prepare};
