/* DEPTHWISE_CONV_2D of int16; see tinyml/ops/depthwise_conv2d.py. */
#include "depthwise_conv2d_s16.h"
#include "tm_weighted_wide.h"

typedef struct {
  tm_weighted_arrays at;
  tm_depthwise_conv2d_s16_params params;
} depthwise_call;

static void run(const void *data) {
  const depthwise_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_depthwise_conv2d_s16(&call->params, TM_INT16S(at->input), at->weights, at->bias, at->multipliers, at->shifts,
                          (int16_t *)(void *)at->output);
}

/* The kernel's parameters. */
typedef struct {
  tm_conv_wide_params conv;
  int32_t depth_multiplier;
} depthwise_params;
TM_SAME_FIELDS(depthwise_params, tm_depthwise_conv2d_s16_params);

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  depthwise_params params;
  if (!tm_conv_wide_read(model, 3, &weighted, &params.conv) ||
      !tm_wide_sums_read(model, true, &weighted, &params.conv.scaling)) {
    return;
  }
  const int32_t depth = params.conv.window.channels, multiplier = tm_option(model, TM_FIELD(3, 4), 0);
  params.depth_multiplier = multiplier;
  if (tm_require(model, weighted.filter.shape[0] == 1 && (int64_t)depth * multiplier == weighted.channels)) {
    tm_weighted_add(model, run, &params, sizeof(params), &weighted);
  }
}

const tm_operator tm_op_depthwise_conv2d_wide = {TM_OPERATOR_WIDE | 4, prepare};
