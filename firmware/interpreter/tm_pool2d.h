/* What AVERAGE_POOL_2D and MAX_POOL_2D share; see tinyml/ops/pool2d.py. */
#ifndef TM_POOL2D_H
#define TM_POOL2D_H

#include "tm_slide.h"

/* A call of either kernel begins with its arrays. */
typedef struct {
  const void *input;
  void *output;
} tm_pool2d_arrays;

/* The parameters of either kernel, which follow. */
typedef struct {
  tm_window window;
  int32_t activation_min;
  int32_t activation_max;
} tm_pool2d_params;

/* Add the layer on tensors of `type`, int8 or int16; `run` is called with arrays and parameters. */
void tm_pool2d_add(tm_interpreter *model, int32_t type, tm_run *run) TM_COLD;

#endif
