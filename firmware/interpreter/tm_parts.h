/* What the operators share that cut their input into several outputs; see tinyml/ops/parts.py. */
#ifndef TM_PARTS_H
#define TM_PARTS_H

#include "tm_move.h"

/* Add the layer that cuts `source` along `axis`, which counts from either end, into the outputs. Each has its
 * other dimensions; where it `unpacks`, also without the axis, of which it takes one. */
void tm_parts_add(tm_interpreter *model, const tm_tensor *source, int32_t axis, bool unpacks) TM_COLD;

#endif
