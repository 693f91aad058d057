/* AVERAGE_POOL_2D over a whole image, which is given row by row: the mean of all inputs of a channel, rounded to
 * nearest, ties away from zero.
 *
 * Reach: the output is written when the last row has been read. It must not overlap the input. */
#ifndef TM_AVERAGE_ROWS_S8_H
#define TM_AVERAGE_ROWS_S8_H

#include "tm_kernel.h"

typedef struct {
  int32_t pixels; /* of a row */
  int32_t channels;
  int32_t count;          /* pixels of all rows, at most 2^23 */
  int32_t activation_min; /* -128 to 127 */
  int32_t activation_max; /* activation_min to 127 */
  int32_t last;           /* 1: this is the last row */
} tm_average_rows_s8_params;

/* input: [pixels][channels]; state: [channels], the sums of the rows before, 0 before the first; output:
 * [channels]. */
TM_INLINE void tm_average_rows_s8(const tm_average_rows_s8_params *params, const int8_t *input, int32_t *state,
                                  int8_t *output) {
  for (int32_t pixel = 0; pixel < params->pixels; pixel++) {
    for (int32_t channel = 0; channel < params->channels; channel++) state[channel] += *input++;
  }
  if (!params->last) return;
  for (int32_t channel = 0; channel < params->channels; channel++) {
    const int32_t sum = state[channel];
    const int32_t mean = (sum > 0 ? sum + params->count / 2 : sum - params->count / 2) / params->count;
    output[channel] = (int8_t)tm_clamp(mean, params->activation_min, params->activation_max);
  }
}

#endif
