/* MUL, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it.
 *
 * Specialised for layers: dsp. */
#ifndef TM_MUL_S8_H
#define TM_MUL_S8_H

#include "tm_mul.h"

typedef tm_mul_params tm_mul_s8_params;

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_mul_s8(const tm_mul_s8_params *params, const int8_t *input1, const int8_t *input2,
                         int8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = (int8_t)tm_mul(params, input1[at1], input2[at2]);
  }
}

#endif
