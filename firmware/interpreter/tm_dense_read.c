#include <string.h>

#include "tm_dense.h"

/* A float without the lower half of its significand. */
static TM_COLD float upper(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return tm_float(bits & 0xFFFFF000U);
}

/* Whether the bias's scale is near enough to input * filter scale: within 0.02 output scales (TFLM's limit, which
 * it computes with 64-bit floats). The product is taken in parts that 32 bits hold exactly, as the difference may
 * be far smaller than it. */
static TM_COLD bool bias_scale_fits(const tm_weighted *weighted) {
  const tm_tensor *bias = &weighted->bias;
  const float a = weighted->source.scale, b = weighted->filter.scale;
  const float a_upper = upper(a), b_upper = upper(b), a_lower = a - a_upper, b_lower = b - b_upper;
  const float far = a_upper * b_upper - (bias->scales.length == 0 ? 0.0F : bias->scale);
  const float difference = far + (a_upper * b_lower + a_lower * b_upper + a_lower * b_lower);
  const float most = 0.02F * weighted->output.scale;
  return difference <= most && difference >= -most;
}

/* Whether a weight with the zero point of the filter's type, int8 or int4, can be brought to 0. */
static TM_COLD bool zero_point_fits(const tm_tensor *filter) {
  const int32_t low = filter->type == TM_INT4 ? -8 : INT8_MIN;
  return filter->zero_point >= low && filter->zero_point <= -1 - low;
}

bool tm_dense_read(tm_interpreter *model, int32_t type, tm_weighted *weighted, int32_t *rows,
                   int32_t *weights_offset) {
  const tm_tensor *filter = &weighted->filter, *output = &weighted->output;
  if (!tm_weighted_read(model, type, 0, 2, 0, 0, weighted)) return false;
  const int32_t channels = weighted->channels;
  *rows = output->elements / channels;
  /* TFLM reads the weights' zero point and the bias's scale only where the weights have one scale. */
  const bool whole = filter->scales.length == 1;
  *weights_offset = whole ? -filter->zero_point : 0;
  return tm_require(
      model, tm_option(model, TM_FIELD(1, 1), 0) == 0 && output->rank != 0 &&
                 output->shape[output->rank - 1] == channels &&
                 (int64_t)*rows * filter->shape[1] == weighted->source.elements &&
                 (whole ? zero_point_fits(filter) && (weighted->arrays.bias == NULL || bias_scale_fits(weighted))
                        : filter->type != TM_INT4));
}
