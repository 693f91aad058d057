#include "tm_dense.h"

#include "fully_connected_s8.h"

typedef struct {
  tm_channel_arrays at;
  tm_fully_connected_s8_params params;
} dense_call;

void tm_run_fully_connected(const void *data) {
  const dense_call *call = data;
  const tm_channel_arrays *at = &call->at;
  tm_fully_connected_s8_params params = call->params;
  params.input_offset = 0; /* it is worked into the bias; the compiler now knows */
  tm_fully_connected_s8(&params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
}

/* bias + input_offset * the sum of (weight + weights_offset) of each channel. Sums wrap. */
static TM_COLD const int32_t *fold(tm_interpreter *model, const int32_t *bias, const tm_tensor *source,
                                   const tm_tensor *filter, int32_t weights_offset) {
  const int32_t channels = filter->shape[0], depth = filter->elements / channels;
  int32_t *folded = tm_take(model, (uint32_t)channels * (uint32_t)sizeof(*folded));
  const int8_t *weights = (const int8_t *)filter->data;
  for (int32_t channel = 0; folded != NULL && channel < channels; channel++) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < depth; i++) sum += (uint32_t)(*weights++ + weights_offset);
    folded[channel] = (int32_t)((uint32_t)bias[channel] - sum * (uint32_t)source->zero_point);
  }
  return folded;
}

void tm_dense_add(tm_interpreter *model, int32_t rows, const tm_tensor *source, const tm_tensor *filter,
                  int32_t weights_offset, const tm_tensor *output, const tm_channel_output *to) {
  const int32_t channels = filter->shape[0];
  const int32_t *bias;
  if (!tm_bias(model, 2, channels, &bias)) return;
  bias = fold(model, bias, source, filter, weights_offset);
  if (bias == NULL) return;
  const tm_fully_connected_s8_params params = {
      .rows = rows,
      .depth = filter->elements / channels,
      .outputs = channels,
      .weights_offset = weights_offset,
      .output_offset = to->output_offset,
      .activation_min = to->activation_min,
      .activation_max = to->activation_max,
      .per_channel = to->per_channel,
      .shifts_right = to->shifts_right,
  };
  tm_channel_add(model, tm_run_fully_connected, &params, sizeof(params), source, filter, bias, to, output);
}
