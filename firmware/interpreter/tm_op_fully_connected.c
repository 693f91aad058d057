/* FULLY_CONNECTED; see tinyml/ops/fully_connected.py. */
#include "tm_dense.h"

/* Whether the bias's scale is near enough to input * filter scale: within 0.02 output scales (TFLM's limit). */
static TM_COLD bool bias_scale_fits(const tm_weighted *weighted) {
  const tm_tensor *bias = &weighted->bias;
  const float scale = weighted->output.scale, found = bias->scales.length == 0 ? 0.0F : bias->scale / scale;
  const float difference = weighted->source.scale / scale * weighted->filter.scale - found;
  return difference <= 0.02F && difference >= -0.02F;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  const tm_tensor *filter = &weighted.filter, *output = &weighted.output;
  if (!tm_weighted_read(model, 0, 2, 0, 0, &weighted)) return;
  const int32_t channels = weighted.channels, rows = output->elements / channels;
  /* TFLM reads the weights' zero point and the bias's scale only where the weights have one scale. */
  const bool whole = filter->scales.length == 1;
  if (tm_require(model, tm_option(model, TM_FIELD(1, 1), 0) == 0 && output->rank != 0 &&
                            output->shape[output->rank - 1] == channels &&
                            (int64_t)rows * filter->shape[1] == weighted.source.elements &&
                            (!whole ||
                             (tm_is_int8(filter) && (!tm_has_input(model, 2) || bias_scale_fits(&weighted)))))) {
    tm_dense_add(model, rows, whole ? -filter->zero_point : 0, &weighted);
  }
}

const tm_operator tm_op_fully_connected = {9, prepare};
