/* What RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR share; see tinyml/ops/resize.py. */
#ifndef TM_RESIZE_H
#define TM_RESIZE_H

#include "tm_quantized.h"

/* Read the input and the output, both of `type`, whose height and width the constant input 1 prescribes. */
bool tm_images_read(tm_interpreter *model, int32_t type, tm_tensor *source, tm_tensor *output) TM_COLD;

/* The parameters that both kernels have. */
#define TM_RESIZE_PARAMS(source, output)                                                             \
  .batches = (source).shape[0], .input_height = (source).shape[1], .input_width = (source).shape[2], \
  .output_height = (output).shape[1], .output_width = (output).shape[2], .channels = (source).shape[3]

#endif
