/* What the parts of BATCH_MATMUL share. */
#ifndef TM_BATCH_MATMUL_READ_H
#define TM_BATCH_MATMUL_READ_H

#include "tm_batch_matmul.h"
#include "tm_quantized.h"

typedef struct {
  tm_batch_matmul_params params;
  const void *left;
  const void *right;
  void *output;
} tm_batch_matmul_call;

/* Add the layer of inputs and an output of `type`, int8 or int16 (then with zero points of 0), which calls `run`
 * with a tm_batch_matmul_call, whose sums are shifted left by at most `most_shift`. */
void tm_batch_matmul_add(tm_interpreter *model, int32_t type, int32_t most_shift, tm_run *run) TM_COLD;

#endif
