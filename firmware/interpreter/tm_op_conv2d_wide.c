/* CONV_2D of int16; see tinyml/ops/conv2d.py. */
#include "conv2d_s16.h"
#include "tm_weighted_wide.h"

typedef struct {
  tm_weighted_arrays at;
  tm_conv2d_s16_params params;
} conv2d_call;

static void run(const void *data) {
  const conv2d_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_conv2d_s16(&call->params, TM_INT16S(at->input), at->weights, at->bias, at->multipliers, at->shifts,
                (int16_t *)(void *)at->output);
}

/* The kernel's parameters. */
typedef struct {
  tm_conv_wide_params conv;
  int32_t filter_channels;
  int32_t output_channels;
  int32_t groups;
} conv2d_params;
TM_SAME_FIELDS(conv2d_params, tm_conv2d_s16_params);

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  conv2d_params params;
  if (!tm_conv_wide_read(model, 0, &weighted, &params.conv) ||
      !tm_wide_sums_read(model, weighted.bias.type != TM_INT32, &weighted, &params.conv.scaling)) {
    return;
  }
  const int32_t depth = params.conv.window.channels, filter_depth = weighted.filter.shape[3];
  params.groups = depth / filter_depth;
  params.filter_channels = filter_depth;
  params.output_channels = weighted.channels;
  if (tm_require(model, params.groups * filter_depth == depth && weighted.channels % params.groups == 0)) {
    tm_weighted_add(model, run, &params, sizeof(params), &weighted);
  }
}

const tm_operator tm_op_conv2d_wide = {TM_OPERATOR_WIDE | 3, prepare};
