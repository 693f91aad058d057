/* Operators that slide a window over images: convolutions and pooling. */
#ifndef TM_SLIDE_H
#define TM_SLIDE_H

#include "tm_quantized.h"

/* What the parameters of all their kernels begin with; pairs are of height and width. */
typedef struct {
  int32_t batches;
  int32_t size[2];
  int32_t channels;
  int32_t taps[2];
  int32_t output[2];
  int32_t stride[2];
  int32_t pad[2];
} tm_window;

/* Set all of the window but its taps, which the caller has set, from the tensors and from padding and strides, the
 * first options of all these operators. The output has `channels` channels; dilation: of height and width. */
bool tm_slide(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output, int32_t channels,
              const int32_t dilation[2], tm_window *window) TM_COLD;

#endif
