/* int16 to the scale of another int16: ABS, LEAKY_RELU, RELU, RELU6. Numbers above 0 and below may have factors of
 * their own.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input. */
#ifndef TM_RESCALE_S16_H
#define TM_RESCALE_S16_H

#include "tm_requantize.h"

typedef struct {
  int32_t size;          /* elements */
  int32_t input_offset;  /* -zero point of the input, -32767 to 32768 */
  int32_t output_offset; /* zero point of the output, -32768 to 32767 */
  int32_t absolute;      /* 1: a number's distance from 0 takes its place */
  int32_t multiplier;    /* input to output, from 0 on; ranges as tm_requantize has them */
  int32_t shift;
  int32_t negative_multiplier; /* below 0 */
  int32_t negative_shift;
  int32_t negate; /* 1: numbers below 0 change their sign when they are scaled */
  int32_t output_min;
  int32_t output_max; /* output_min to 32767 */
} tm_rescale_s16_params;

TM_INLINE int32_t tm_rescale_s16_scaled(const tm_rescale_s16_params *params, int32_t x) {
  if (x < 0 && params->absolute) x = -x;
  if (x >= 0) return tm_requantize(x, params->multiplier, params->shift);
  const int32_t scaled = tm_requantize(x, params->negative_multiplier, params->negative_shift);
  return params->negate ? (int32_t)(0u - (uint32_t)scaled) : scaled;
}

/* input: [size]; output: [size]. */
TM_INLINE void tm_rescale_s16(const tm_rescale_s16_params *params, const int16_t *input, int16_t *output) {
  for (int32_t i = 0; i < params->size; i++) {
    const int32_t scaled = tm_rescale_s16_scaled(params, input[i] + params->input_offset);
    output[i] =
        (int16_t)tm_clamp(tm_wrapping_add(scaled, params->output_offset), params->output_min, params->output_max);
  }
}

#endif
