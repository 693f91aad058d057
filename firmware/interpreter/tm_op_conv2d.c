/* CONV_2D; see tinyml/ops/conv2d.py. */
#include "conv2d_s8.h"
#include "tm_conv.h"
#include "tm_dense.h"

typedef struct {
  tm_weighted_arrays at;
  tm_conv2d_s8_params params;
} conv2d_call;

void tm_run_conv2d(const void *data) {
  const conv2d_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_conv2d_s8(&call->params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
}

/* The kernel's parameters. */
typedef struct {
  tm_conv_params conv;
  int32_t filter_channels;
  int32_t output_channels;
  int32_t groups;
} conv2d_params;
TM_SAME_FIELDS(conv2d_params, tm_conv2d_s8_params);

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  conv2d_params params;
  if (!tm_conv_read(model, TM_INT8, 0, &weighted, &params.conv)) return;
  const tm_window *window = &params.conv.window;
  const int32_t depth = window->channels, channels = weighted.channels, filter_depth = weighted.filter.shape[3];
  const int32_t groups = depth / filter_depth;
  if (!tm_require(model, groups * filter_depth == depth && channels % groups == 0)) return;
  if (groups == 1 && weighted.filter.elements == channels * depth && window->stride[0] == 1 &&
      window->stride[1] == 1) {
    tm_dense_add(model, weighted.source.elements / depth, 0, &weighted); /* a 1x1 filter that visits every pixel */
    return;
  }
  params.filter_channels = filter_depth;
  params.output_channels = channels;
  params.groups = groups;
  tm_weighted_add(model, tm_run_conv2d, &params, sizeof(params), &weighted);
}

const tm_operator tm_op_conv2d = {3, prepare};
