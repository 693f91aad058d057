/* MEAN and SUM over some dimensions, requantized to the output's scale.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input.
 *
 * Specialised for layers: dsp. */
#ifndef TM_MEAN_S8_H
#define TM_MEAN_S8_H

#include "tm_mean.h"

typedef tm_mean_params tm_mean_s8_params;

/* input: as the steps say, at most 2^23 elements a sum; output: [kept_0][kept_1]. */
TM_INLINE void tm_mean_s8(const tm_mean_s8_params *params, const int8_t *input, int8_t *output) {
  const tm_reduced reduced = TM_REDUCED_OF(params);
  TM_FOR_KEPT (params, first) {
    int32_t sum = 0;
    TM_FOR_REDUCED (reduced, first, at) {
      sum += input[at];
    }
    *output++ = (int8_t)tm_clamp(tm_mean_scaled(params, sum), INT8_MIN, INT8_MAX);
  }
}

#endif
