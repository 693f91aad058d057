/* What SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND share; see tinyml/ops/batches.py. */
#ifndef TM_BATCHES_H
#define TM_BATCHES_H

#include "tm_move.h"

/* A spatial dimension of an image. */
typedef struct {
  int32_t size;
  int32_t block;  /* size of a block */
  int32_t count;  /* blocks */
  int32_t before; /* how far blocks stand out in front of the image */
  int32_t after;
} tm_side;

/* Read input and output, and how the blocks of one (the input `to_batch`) are the batches of the other. */
bool tm_batches_read(tm_interpreter *model, bool to_batch, tm_tensor *source, tm_tensor *output, tm_side *height,
                     tm_side *width) TM_COLD;

#endif
