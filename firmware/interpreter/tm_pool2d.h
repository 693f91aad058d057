/* What AVERAGE_POOL_2D and MAX_POOL_2D share; see tinyml/ops/pool2d.py. */
#ifndef TM_POOL2D_H
#define TM_POOL2D_H

#include "tm_quantized.h"

typedef struct {
  int32_t batches;
  int32_t channels;
  tm_axis height;
  tm_axis width;
  int32_t activation_min;
  int32_t activation_max;
} tm_pool2d;

typedef struct {
  tm_pool2d pool;
  const int8_t *input;
  int8_t *output;
} tm_pool2d_call;

/* The initializer of either kernel's parameters. */
#define TM_POOL2D_PARAMS(pool)                                                                                   \
  {                                                                                                              \
    .batches = (pool)->batches, .input_height = (pool)->height.size, .input_width = (pool)->width.size,          \
    .channels = (pool)->channels, .filter_height = (pool)->height.taps, .filter_width = (pool)->width.taps,      \
    .output_height = (pool)->height.output, .output_width = (pool)->width.output,                                \
    .stride_height = (pool)->height.stride, .stride_width = (pool)->width.stride, .pad_top = (pool)->height.pad, \
    .pad_left = (pool)->width.pad, .activation_min = (pool)->activation_min,                                     \
    .activation_max = (pool)->activation_max,                                                                    \
  }

/* Add the layer; `run` is called with a tm_pool2d_call. */
void tm_pool2d_add(tm_interpreter *model, void (*run)(const void *call)) TM_COLD;

#endif
