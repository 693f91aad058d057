/* LOGICAL_AND; see tinyml/ops/logical_and.py. */
#include "tm_extremum_of.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_logical_prepare(model, 0); }

const tm_operator tm_op_logical_and = {86, prepare};
