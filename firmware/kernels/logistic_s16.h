/* LOGISTIC, of int16 in steps of 2^-15.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input. */
#ifndef TM_LOGISTIC_S16_H
#define TM_LOGISTIC_S16_H

#include "tm_sigmoid.h"

typedef tm_sigmoid_params tm_logistic_s16_params;

/* input: [size]; output: [size]. */
TM_INLINE void tm_logistic_s16(const tm_logistic_s16_params *params, const int16_t *input, int16_t *output) {
  for (int32_t i = 0; i < params->size; i++) {
    const int32_t x = tm_sigmoid_scaled(params, input[i]);
    const int32_t result = tm_sigmoid(x < 0 ? -x : x, 9, 0x7FFF << 10);
    output[i] = (int16_t)((x < 0 ? (1 << 25) - 1 - result + (1 << 9) : result + (1 << 9)) >> 10);
  }
}

#endif
