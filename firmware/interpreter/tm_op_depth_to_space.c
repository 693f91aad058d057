/* DEPTH_TO_SPACE; see tinyml/ops/depth_to_space.py. */
#include "tm_blocks.h"

static TM_COLD void prepare(tm_interpreter *model) { tm_blocks_prepare(model, false); }

const tm_operator tm_op_depth_to_space = {5, prepare};
