/* LESS; see tinyml/ops/less.py. */
#include "tm_comparison.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_comparison_prepare(model, TM_LESS); }

const tm_operator tm_op_less = {58, prepare};
