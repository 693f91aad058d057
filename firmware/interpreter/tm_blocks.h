/* What SPACE_TO_DEPTH and DEPTH_TO_SPACE share; see tinyml/ops/blocks.py. */
#ifndef TM_BLOCKS_H
#define TM_BLOCKS_H

#include "tm_move.h"

/* Prepare the operator, from an image to blocks in channels or back. */
void tm_blocks_prepare(tm_interpreter *model, bool to_depth) TM_COLD;

#endif
