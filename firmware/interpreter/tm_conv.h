/* What CONV_2D and DEPTHWISE_CONV_2D share: tensors, window and requantization. */
#ifndef TM_CONV_H
#define TM_CONV_H

#include "tm_quantized.h"

typedef struct {
  tm_tensor source;
  tm_tensor filter;
  tm_tensor output;
  tm_axis height;
  tm_axis width;
  tm_channel_output to;
} tm_conv;

/* Read the operator, whose output channels are dimension `axis` of the filter: 0, or 3 for DEPTHWISE_CONV_2D,
 * whose options have one more in front of the activation. */
bool tm_conv_read(tm_interpreter *model, int32_t axis, tm_conv *conv) TM_COLD;

/* The parameters that both kernels have, but for input_channels and what stands between them. */
#define TM_CONV_PARAMS(conv)                                                                                     \
  .batches = (conv).source.shape[0], .input_height = (conv).height.size, .input_width = (conv).width.size,       \
  .input_channels = (conv).source.shape[3], .filter_height = (conv).height.taps,                                 \
  .filter_width = (conv).width.taps, .output_height = (conv).height.output, .output_width = (conv).width.output, \
  .stride_height = (conv).height.stride, .stride_width = (conv).width.stride,                                    \
  .dilation_height = (conv).height.dilation, .dilation_width = (conv).width.dilation,                            \
  .pad_top = (conv).height.pad, .pad_left = (conv).width.pad, .input_offset = -(conv).source.zero_point,         \
  .output_offset = (conv).to.output_offset, .activation_min = (conv).to.activation_min,                          \
  .activation_max = (conv).to.activation_max, .per_channel = (conv).to.per_channel,                              \
  .shifts_right = (conv).to.shifts_right

#endif
