/* CONV_2D; see tinyml/ops/conv2d.py. */
#include "conv2d_s8.h"
#include "tm_conv.h"
#include "tm_dense.h"

typedef struct {
  tm_channel_arrays at;
  tm_conv2d_s8_params params;
} conv2d_call;

void tm_run_conv2d(const void *data) {
  const conv2d_call *call = data;
  const tm_channel_arrays *at = &call->at;
  tm_conv2d_s8(&call->params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_conv conv;
  if (!tm_conv_read(model, 0, &conv)) return;
  const int32_t depth = conv.source.shape[3], channels = conv.filter.shape[0], filter_depth = conv.filter.shape[3];
  const int32_t groups = depth / filter_depth;
  if (!tm_require(model, groups * filter_depth == depth && channels % groups == 0)) return;
  if (groups == 1 && conv.filter.elements == channels * depth && conv.height.stride == 1 &&
      conv.width.stride == 1) {
    const int32_t rows = conv.source.elements / depth; /* a 1x1 filter that visits every pixel */
    tm_dense_add(model, rows, &conv.source, &conv.filter, 0, &conv.output, &conv.to);
    return;
  }
  const int32_t *bias;
  if (!tm_bias(model, 2, channels, &bias)) return;
  const tm_conv2d_s8_params params = {
      TM_CONV_PARAMS(conv),
      .filter_channels = filter_depth,
      .output_channels = channels,
      .groups = groups,
  };
  tm_channel_add(model, tm_run_conv2d, &params, sizeof(params), &conv.source, &conv.filter, bias, &conv.to,
                 &conv.output);
}

const tm_operator tm_op_conv2d = {3, prepare};
