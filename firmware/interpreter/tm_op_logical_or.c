/* LOGICAL_OR; see tinyml/ops/logical_or.py. */
#include "tm_extremum_of.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_logical_prepare(model, 1); }

const tm_operator tm_op_logical_or = {84, prepare};
