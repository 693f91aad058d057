#include "tm_dense.h"

#include "fully_connected_s8.h"

typedef struct {
  tm_weighted_arrays at;
  tm_fully_connected_s8_params params;
} dense_call;

void tm_run_fully_connected(const void *data) {
  const dense_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_fully_connected_s8_params params = call->params;
  params.input_offset = 0; /* it is worked into the bias; the compiler now knows */
  tm_fully_connected_s8(&params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
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

/* bias + input_offset * the sum of (weight + weights_offset) of each channel, at the arena's end. Sums wrap. */
static TM_COLD const int32_t *fold(tm_interpreter *model, int32_t depth, int32_t weights_offset,
                                   const tm_weighted *weighted) {
  const uint32_t zero_point = (uint32_t)weighted->source.zero_point;
  const int8_t *weights = weighted->arrays.weights;
  const int32_t *bias = weighted->arrays.bias;
  int32_t *folded = tm_take(model, (uint32_t)weighted->channels * (uint32_t)sizeof(*folded));
  for (int32_t channel = 0; folded != NULL && channel < weighted->channels; channel++) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < depth; i++) sum += (uint32_t)(*weights++ + weights_offset);
    folded[channel] = (int32_t)((bias == NULL ? 0 : (uint32_t)bias[channel]) - sum * zero_point);
  }
  return folded;
}

void tm_dense_add(tm_interpreter *model, int32_t rows, int32_t weights_offset, tm_weighted *weighted) {
  const int32_t channels = weighted->channels, depth = weighted->filter.elements / channels;
  const int32_t *bias = tm_prepared(model, (uint32_t)channels * (uint32_t)sizeof(*bias));
  if (bias == NULL) bias = fold(model, depth, weights_offset, weighted);
  if (bias == NULL) return;
  weighted->arrays.bias = bias;
  const dense_params params = {rows, depth, channels, 0, weights_offset, weighted->scaling};
  tm_weighted_add(model, tm_run_fully_connected, &params, sizeof(params), weighted);
}
