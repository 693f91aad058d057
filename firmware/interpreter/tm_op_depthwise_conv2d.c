/* DEPTHWISE_CONV_2D; see tinyml/ops/depthwise_conv2d.py. */
#include "depthwise_conv2d_s8.h"
#include "tm_conv.h"

typedef struct {
  tm_channel_arrays at;
  tm_depthwise_conv2d_s8_params params;
} depthwise_call;

void tm_run_depthwise_conv2d(const void *data) {
  const depthwise_call *call = data;
  const tm_channel_arrays *at = &call->at;
  tm_depthwise_conv2d_s8(&call->params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_conv conv;
  const int32_t *bias;
  if (!tm_conv_read(model, 3, &conv)) return;
  const int32_t depth = conv.source.shape[3], channels = conv.filter.shape[3];
  const int32_t multiplier = tm_option(model, 3, 4, 0);
  if (!tm_require(model, conv.filter.shape[0] == 1 && (int64_t)depth * multiplier == channels) ||
      !tm_bias(model, 2, channels, &bias)) {
    return;
  }
  const tm_depthwise_conv2d_s8_params params = {TM_CONV_PARAMS(conv), .depth_multiplier = multiplier};
  tm_channel_add(model, tm_run_depthwise_conv2d, &params, sizeof(params), &conv.source, &conv.filter, bias,
                 &conv.to, &conv.output);
}

const tm_operator tm_op_depthwise_conv2d = {4, prepare};
