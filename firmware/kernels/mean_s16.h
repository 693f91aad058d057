/* MEAN and SUM of int16 over some dimensions, requantized to the output's scale.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input. */
#ifndef TM_MEAN_S16_H
#define TM_MEAN_S16_H

#include "tm_mean.h"

typedef tm_mean_params tm_mean_s16_params;

/* input: as the steps say; sums wrap, as they do in TFLM; output: [kept_0][kept_1]. */
TM_INLINE void tm_mean_s16(const tm_mean_s16_params *params, const int16_t *input, int16_t *output) {
  const tm_reduced reduced = TM_REDUCED_OF(params);
  TM_FOR_KEPT (params, first) {
    int32_t sum = 0;
    TM_FOR_REDUCED (reduced, first, at) {
      sum = tm_wrapping_add(sum, input[at]);
    }
    *output++ = (int16_t)tm_clamp(tm_mean_scaled(params, sum), INT16_MIN, INT16_MAX);
  }
}

#endif
