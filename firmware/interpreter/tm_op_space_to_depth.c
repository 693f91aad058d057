/* SPACE_TO_DEPTH; see tinyml/ops/space_to_depth.py. */
#include "tm_blocks.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_blocks_prepare(model, true); }

const tm_operator tm_op_space_to_depth = {26, prepare};
