/* What CONV_2D and DEPTHWISE_CONV_2D share: tensors, window and requantization. */
#ifndef TM_CONV_H
#define TM_CONV_H

#include "tm_slide.h"
#include "tm_weighted.h"

/* What the parameters of both kernels begin with. */
typedef struct {
  tm_window window;
  int32_t dilation[2]; /* of height and width */
  int32_t input_offset;
  tm_scaling scaling;
} tm_conv_params;

/* Read the operator, whose input and output have `type` and whose output channels are dimension `axis` of the
 * filter: 0, or 3 for DEPTHWISE_CONV_2D, whose options have one more in front of the activation. */
bool tm_conv_read(tm_interpreter *model, int32_t type, int32_t axis, tm_weighted *weighted,
                  tm_conv_params *params) TM_COLD;

#endif
