/* EQUAL; see tinyml/ops/equal.py. */
#include "tm_comparison.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_comparison_prepare(model, TM_EQUAL); }

const tm_operator tm_op_equal = {71, prepare};
