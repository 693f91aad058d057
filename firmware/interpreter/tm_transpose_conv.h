/* What the parts of TRANSPOSE_CONV share. */
#ifndef TM_TRANSPOSE_CONV_H
#define TM_TRANSPOSE_CONV_H

#include "tm_weighted.h"

/* What the parameters of both kernels begin with. */
typedef struct {
  int32_t batches;
  int32_t input[3]; /* height, width, channels */
  int32_t taps[2];
  int32_t output[3];
  int32_t stride[2];
  int32_t pad[2];
} tm_transpose_conv_shape;

/* Find how inputs and outputs lie to each other. */
bool tm_transpose_conv_shape_read(tm_interpreter *model, const tm_weighted *weighted,
                                  tm_transpose_conv_shape *shape) TM_COLD;

#endif
