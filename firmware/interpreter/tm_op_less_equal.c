/* LESS_EQUAL; see tinyml/ops/less_equal.py. */
#include "tm_comparison.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_comparison_prepare(model, TM_LESS_EQUAL); }

const tm_operator tm_op_less_equal = {63, prepare};
