/* MUL of int16, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_MUL_S16_H
#define TM_MUL_S16_H

#include "tm_mul.h"

typedef tm_mul_params tm_mul_s16_params;

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_mul_s16(const tm_mul_s16_params *params, const int16_t *input1, const int16_t *input2,
                          int16_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = (int16_t)tm_mul(params, input1[at1], input2[at2]);
  }
}

#endif
