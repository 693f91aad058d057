/* SVDF, a filter over time: each inference makes one new value of every filter from the inputs, keeps it with the
 * last ones, and sums them by weights over time. An output unit is the sum of `rank` filters.
 *
 * The state holds [batches][filters][memory] values, the newest last. Sums wrap (see tm_requantize.h).
 */
#ifndef TM_SVDF_H
#define TM_SVDF_H

#include "tm_dot_s8.h"
#include "tm_requantize.h"

typedef struct {
  int32_t batches;
  int32_t inputs;        /* of a batch */
  int32_t units;         /* outputs of a batch */
  int32_t rank;          /* filters of a unit */
  int32_t memory;        /* values that the state holds of a filter */
  int32_t input_offset;  /* -zero point of the input, -127 to 128 */
  int32_t state_offset;  /* zero point of the state, -128 to 127; 0 for int16 */
  int32_t output_offset; /* zero point of the output, -128 to 127 */
  int32_t state_multiplier;
  int32_t state_shift;
  int32_t output_multiplier;
  int32_t output_shift;
} tm_svdf_params;

/* The new values of `width` (1 or 4) filters, without the zero point of the state, from `low` to `high`.
 * features: [width][inputs]. */
TM_INLINE void tm_svdf_values(const tm_svdf_params *params, const int8_t *input, const int8_t *features,
                              int32_t width, int32_t low, int32_t high, int32_t values[4]) {
  uint32_t sums[8] = {0};
  tm_dot_block_s8(1, width, input, 0, features, params->inputs, params->inputs, params->input_offset, sums);
  for (int32_t i = 0; i < width; i++) {
    values[i] =
        tm_clamp(tm_requantize((int32_t)sums[i], params->state_multiplier, params->state_shift), low, high);
  }
}

TM_INLINE int8_t tm_svdf_output(const tm_svdf_params *params, uint32_t sum) {
  const int32_t scaled = tm_requantize((int32_t)sum, params->output_multiplier, params->output_shift);
  return (int8_t)tm_clamp(tm_wrapping_add(scaled, params->output_offset), INT8_MIN, INT8_MAX);
}

#endif
