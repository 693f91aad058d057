/* FULLY_CONNECTED of int16; see tinyml/ops/fully_connected.py. */
#include "fully_connected_s16.h"
#include "tm_dense.h"
#include "tm_weighted_wide.h"

typedef struct {
  tm_weighted_arrays at;
  tm_fully_connected_s16_params params;
} dense_call;

static void run(const void *data) {
  const dense_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_fully_connected_s16(&call->params, TM_INT16S(at->input), at->weights, at->bias, at->multipliers, at->shifts,
                         (int16_t *)(void *)at->output);
}

/* The kernel's parameters. */
typedef struct {
  int32_t rows;
  int32_t depth;
  int32_t outputs;
  int32_t weights_offset;
  tm_wide_scaling scaling;
} dense_params;
TM_SAME_FIELDS(dense_params, tm_fully_connected_s16_params);

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  dense_params params;
  if (!tm_dense_read(model, TM_INT16, &weighted, &params.rows, &params.weights_offset) ||
      !tm_wide_sums_read(model, weighted.bias.type != TM_INT32, &weighted, &params.scaling)) {
    return;
  }
  params.depth = weighted.filter.shape[1];
  params.outputs = weighted.channels;
  tm_weighted_add(model, run, &params, sizeof(params), &weighted);
}

const tm_operator tm_op_fully_connected_wide = {TM_OPERATOR_WIDE | 9, prepare};
