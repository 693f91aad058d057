/* CONV_2D; see tinyml/ops/conv2d.py. */
#include "conv2d_s8.h"
#include "tm_dense.h"
#include "tm_quantized.h"

typedef struct {
  tm_channel_arrays at;
  tm_conv2d_s8_params params;
} conv2d_call;

void tm_run_conv2d(const void *data) {
  const conv2d_call *call = data;
  const tm_channel_arrays *at = &call->at;
  tm_conv2d_s8(&call->params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
}

static TM_COLD void prepare(tm_interpreter *model, const tm_node *node) {
  tm_tensor source, filter, output;
  if (!tm_int8_pair(model, node, 2, 3, &source, &output) || !tm_filter(model, node, 4, 0, &filter)) return;
  const int32_t depth = source.shape[3], channels = filter.shape[0], filter_depth = filter.shape[3];
  if (!tm_require(model, node, source.rank == 4 && node->options != 0 && depth % filter_depth == 0)) return;
  const int32_t groups = depth / filter_depth;
  const int32_t padding = tm_option(model, node, 0, 1, 0);
  tm_axis height = {.size = source.shape[1], .taps = filter.shape[1]};
  tm_axis width = {.size = source.shape[2], .taps = filter.shape[2]};
  height.stride = tm_option(model, node, 2, 4, 0);
  width.stride = tm_option(model, node, 1, 4, 0);
  height.dilation = tm_option(model, node, 5, 4, 1);
  width.dilation = tm_option(model, node, 4, 4, 1);
  if (!tm_slide(model, node, padding, &height) || !tm_slide(model, node, padding, &width)) return;
  tm_channel_output to;
  if (!tm_require(model, node,
                  channels % groups == 0 &&
                      tm_has_shape4(&output, source.shape[0], height.output, width.output, channels)) ||
      !tm_require_apart(model, node, &source, &output, false) ||
      !tm_channel_prepare(model, node, &source, &filter, &output, tm_option(model, node, 3, 1, 0), &to)) {
    return;
  }
  if (height.taps == 1 && width.taps == 1 && groups == 1 && height.stride == 1 && width.stride == 1) {
    tm_dense_add(model, node, source.elements / depth, &source, &filter, 0, &output, &to);
    return;
  }
  const int32_t *bias;
  if (!tm_bias(model, node, channels, &bias)) return;
  const tm_conv2d_s8_params params = {
      .batches = source.shape[0],
      .input_height = height.size,
      .input_width = width.size,
      .input_channels = depth,
      .filter_height = height.taps,
      .filter_width = width.taps,
      .filter_channels = filter_depth,
      .output_height = height.output,
      .output_width = width.output,
      .output_channels = channels,
      .groups = groups,
      .stride_height = height.stride,
      .stride_width = width.stride,
      .dilation_height = height.dilation,
      .dilation_width = width.dilation,
      .pad_top = height.pad,
      .pad_left = width.pad,
      .input_offset = -source.zero_point,
      .output_offset = to.output_offset,
      .activation_min = to.activation_min,
      .activation_max = to.activation_max,
      .per_channel = to.per_channel,
      .shifts_right = to.shifts_right,
  };
  tm_channel_add(model, tm_run_conv2d, &params, sizeof(params), &source, &filter, bias, &to, &output);
}

const tm_operator tm_op_conv2d = {3, prepare};
