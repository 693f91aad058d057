/* What reductions share; see tinyml/ops/reduce.py. */
#ifndef TM_REDUCE_AXES_H
#define TM_REDUCE_AXES_H

#include "tm_quantized.h"

#define TM_REDUCE_LOOPS 2 /* of the kernels over kept dimensions, and over reduced ones */

/* A reduction, and its loops over kept [0] and reduced [1] dimensions, the outermost first. */
typedef struct {
  tm_tensor source;
  tm_tensor output;
  int32_t count; /* elements that make one output */
  int32_t size[2][TM_REDUCE_LOOPS];
  int32_t step[2][TM_REDUCE_LOOPS];
} tm_reduction;

/* Read an operator that reduces input 0 over the axes in input 1; it and the output are of `type`. */
bool tm_reduction_read(tm_interpreter *model, int32_t type, tm_reduction *reduction) TM_COLD;

/* The parameters that kernels of reductions begin with. */
#define TM_REDUCTION_PARAMS(reduction)                                                                       \
  .kept_0 = (reduction).size[0][0], .kept_1 = (reduction).size[0][1], .kept_step_0 = (reduction).step[0][0], \
  .kept_step_1 = (reduction).step[0][1], .reduced_0 = (reduction).size[1][0],                                \
  .reduced_1 = (reduction).size[1][1], .reduced_step_0 = (reduction).step[1][0],                             \
  .reduced_step_1 = (reduction).step[1][1]

/* Prepare REDUCE_MAX, or REDUCE_MIN where the `smallest` element is asked for. */
void tm_extreme_prepare(tm_interpreter *model, bool smallest) TM_COLD;

/* Prepare REDUCE_ALL. */
void tm_all_prepare(tm_interpreter *model) TM_COLD;

#endif
