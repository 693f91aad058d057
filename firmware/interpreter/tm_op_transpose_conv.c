/* TRANSPOSE_CONV; see tinyml/ops/transpose_conv.py. */
#include "tm_transpose_conv.h"
#include "transpose_conv_s8.h"

typedef struct {
  tm_weighted_arrays at;
  tm_transpose_conv_s8_params params;
} transpose_conv_call;

static void run(const void *data) {
  const transpose_conv_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_transpose_conv_s8(&call->params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
}

/* The kernel's parameters. */
typedef struct {
  tm_transpose_conv_shape shape;
  int32_t input_offset;
  tm_scaling scaling;
} transpose_conv_params;
TM_SAME_FIELDS(transpose_conv_params, tm_transpose_conv_s8_params);

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  transpose_conv_params params;
  if (!tm_weighted_read(model, TM_INT8, 2, 4, 0, 3, &weighted) ||
      !tm_require(model, weighted.filter.type == TM_INT8) ||
      !tm_transpose_conv_shape_read(model, &weighted, &params.shape)) {
    return;
  }
  params.input_offset = -weighted.source.zero_point;
  params.scaling = weighted.scaling;
  tm_weighted_add(model, run, &params, sizeof(params), &weighted);
}

const tm_operator tm_op_transpose_conv = {67, prepare};
