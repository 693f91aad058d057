/* MAXIMUM; see tinyml/ops/maximum.py. */
#include "tm_extremum_of.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_extremum_prepare(model, 1); }

const tm_operator tm_op_maximum = {55, prepare};
