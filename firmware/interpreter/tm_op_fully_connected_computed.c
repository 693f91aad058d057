/* FULLY_CONNECTED of int8 whose weights or bias the model computes, so that nothing can be worked into the bias;
 * see tinyml/ops/fully_connected.py. */
#include "fully_connected_s8.h"
#include "tm_dense.h"

typedef struct {
  tm_weighted_arrays at;
  tm_fully_connected_s8_params params;
} dense_call;

static void run(const void *data) {
  const dense_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_fully_connected_s8(&call->params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
}

/* The kernel's parameters. */
typedef struct {
  int32_t rows;
  int32_t depth;
  int32_t outputs;
  int32_t input_offset;
  int32_t weights_offset;
  tm_scaling scaling;
} dense_params;
TM_SAME_FIELDS(dense_params, tm_fully_connected_s8_params);

extern const tm_operator tm_op_fully_connected;

/* Whether the input at `position` is there and no constant. */
static TM_COLD bool is_computed(tm_interpreter *model, uint32_t position) {
  tm_tensor tensor;
  return tm_has_input(model, position) && tm_input(model, position, &tensor) && !tensor.is_constant;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  dense_params params;
  if (!is_computed(model, 1) && !is_computed(model, 2)) {
    tm_op_fully_connected.prepare(model);
  } else if (tm_dense_read(model, TM_INT8, &weighted, &params.rows, &params.weights_offset)) {
    params.depth = weighted.filter.shape[1];
    params.outputs = weighted.channels;
    params.input_offset = -weighted.source.zero_point;
    params.scaling = weighted.scaling;
    tm_weighted_add(model, run, &params, sizeof(params), &weighted);
  }
}

const tm_operator tm_op_fully_connected_computed = {TM_OPERATOR_COMPUTED | 9, prepare};
