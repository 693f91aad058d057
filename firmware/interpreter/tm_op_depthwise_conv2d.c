/* DEPTHWISE_CONV_2D; see tinyml/ops/depthwise_conv2d.py. */
#include "depthwise_conv2d_s8.h"
#include "tm_conv.h"

typedef struct {
  tm_weighted_arrays at;
  tm_depthwise_conv2d_s8_params params;
} depthwise_call;

void tm_run_depthwise_conv2d(const void *data) {
  const depthwise_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_depthwise_conv2d_s8(&call->params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
}

/* The kernel's parameters. */
typedef struct {
  tm_conv_params conv;
  int32_t depth_multiplier;
} depthwise_params;
TM_SAME_FIELDS(depthwise_params, tm_depthwise_conv2d_s8_params);

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  depthwise_params params;
  if (!tm_conv_read(model, TM_INT8, 3, &weighted, &params.conv)) return;
  const int32_t depth = params.conv.window.channels, multiplier = tm_option(model, TM_FIELD(3, 4), 0);
  if (!tm_require(model, weighted.filter.shape[0] == 1 && (int64_t)depth * multiplier == weighted.channels))
    return;
  params.depth_multiplier = multiplier;
  tm_weighted_add(model, tm_run_depthwise_conv2d, &params, sizeof(params), &weighted);
}

const tm_operator tm_op_depthwise_conv2d = {4, prepare};
