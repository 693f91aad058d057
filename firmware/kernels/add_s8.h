/* ADD, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it.
 *
 * Specialised for layers: dsp. */
#ifndef TM_ADD_S8_H
#define TM_ADD_S8_H

#include "tm_scaled_sum.h"

typedef tm_scaled_sum_params tm_add_s8_params;

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_add_s8(const tm_add_s8_params *params, const int8_t *input1, const int8_t *input2,
                         int8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    const int32_t a = tm_scaled_sum_first(params, input1[at1], TM_SCALED_SUM_S8_LEFT_SHIFT);
    const int32_t b = tm_scaled_sum_second(params, input2[at2], TM_SCALED_SUM_S8_LEFT_SHIFT);
    *output++ = (int8_t)tm_scaled_sum_output(params, a + b);
  }
}

#endif
