/* SQUARED_DIFFERENCE of int16, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_SQUARED_DIFFERENCE_S16_H
#define TM_SQUARED_DIFFERENCE_S16_H

#include "tm_scaled_sum.h"

typedef tm_scaled_sum_params tm_squared_difference_s16_params;

/* Inputs are not widened: as it is, the square of a difference has up to 30 bits. */
#define TM_SQUARED_DIFFERENCE_S16_LEFT_SHIFT 0

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_squared_difference_s16(const tm_squared_difference_s16_params *params, const int16_t *input1,
                                         const int16_t *input2, int16_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    const int32_t a = tm_scaled_sum_first(params, input1[at1], TM_SQUARED_DIFFERENCE_S16_LEFT_SHIFT);
    const int32_t b = tm_scaled_sum_second(params, input2[at2], TM_SQUARED_DIFFERENCE_S16_LEFT_SHIFT);
    *output++ = (int16_t)tm_scaled_sum_output(params, (a - b) * (a - b));
  }
}

#endif
