/* What MEAN and SUM share; see tinyml/ops/reduce.py. */
#ifndef TM_RESCALED_SUM_H
#define TM_RESCALED_SUM_H

#include "tm_mean.h"
#include "tm_reduce_axes.h"

/* A call of a kernel. */
typedef struct {
  tm_mean_params params;
  const void *input;
  void *output;
} tm_mean_call;

/* Prepare SUM, or MEAN where the `mean` is asked for, on tensors of `type`; `run` is called with a tm_mean_call.
 */
void tm_sum_of_axes_prepare(tm_interpreter *model, int32_t type, tm_run *run, bool mean) TM_COLD;

#endif
