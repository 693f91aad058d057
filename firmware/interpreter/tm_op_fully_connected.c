/* FULLY_CONNECTED; see tinyml/ops/fully_connected.py. */
#include "tm_dense.h"

/* Whether the bias's scale is near enough to input * filter scale: within 0.02 output scales (TFLM's limit). */
static TM_COLD bool bias_scale_fits(const tm_tensor *source, const tm_tensor *filter, const tm_tensor *bias,
                                    const tm_tensor *output) {
  const float found = bias->scales == 0 ? 0.0F : bias->scale / output->scale;
  const float difference = source->scale / output->scale * filter->scale - found;
  return difference <= 0.02F && difference >= -0.02F;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, filter, bias, output;
  if (!tm_int8_pair(model, 2, 3, &source, &output) || !tm_filter(model, 2, 0, &filter)) return;
  const int32_t channels = filter.shape[0], depth = filter.shape[1], rows = output.elements / channels;
  if (!tm_require(model, model->node.options != 0 && tm_option(model, 1, 1, 0) == 0 && output.rank != 0 &&
                             output.shape[output.rank - 1] == channels &&
                             (int64_t)rows * depth == source.elements)) {
    return;
  }
  int32_t weights_offset = 0;
  if (filter.scales == 1) { /* TFLM reads the weights' zero point and the bias's scale only here */
    if (!tm_require(model, tm_is_int8(&filter))) return;
    weights_offset = -filter.zero_point;
    if (tm_has_input(model, 2) &&
        (!tm_input(model, 2, &bias) || !tm_require(model, bias_scale_fits(&source, &filter, &bias, &output)))) {
      return;
    }
  }
  tm_channel_output to;
  if (!tm_require_apart(model, &source, &output, false) ||
      !tm_channel_prepare(model, &source, &filter, &output, tm_option(model, 0, 1, 0), &to)) {
    return;
  }
  tm_dense_add(model, rows, &source, &filter, weights_offset, &output, &to);
}

const tm_operator tm_op_fully_connected = {9, prepare};
