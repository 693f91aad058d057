/* The dense layer, which is also what CONV_2D with a 1x1 filter becomes. */
#ifndef TM_DENSE_H
#define TM_DENSE_H

#include "tm_quantized.h"

/* Add the layer: `rows` rows of inputs, the filter's channels in its first dimension. */
void tm_dense_add(tm_interpreter *model, int32_t rows, const tm_tensor *source, const tm_tensor *filter,
                  int32_t weights_offset, const tm_tensor *output, const tm_channel_output *to) TM_COLD;

#endif
