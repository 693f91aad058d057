/* What the operators share that indices choose elements for; see tinyml/ops/pick.py. */
#ifndef TM_PICK_H
#define TM_PICK_H

#include "gather.h"
#include "tm_move.h"

#define TM_PICK_DEPTH 5 /* indices that choose a run together */

/* Where a gathering operator reads. */
typedef struct {
  uint32_t first;  /* the first dimension of the source that indices count */
  uint32_t depth;  /* how many they count */
  int32_t batches; /* each has its own indices */
} tm_pick;

/* Add the layer that gathers. */
void tm_pick_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *indices, const tm_tensor *output,
                 tm_pick pick) TM_COLD;

#endif
