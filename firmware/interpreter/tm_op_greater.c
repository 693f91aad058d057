/* GREATER; see tinyml/ops/greater.py. */
#include "tm_comparison.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_comparison_prepare(model, TM_GREATER); }

const tm_operator tm_op_greater = {61, prepare};
