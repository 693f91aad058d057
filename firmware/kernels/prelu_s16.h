/* PRELU of int16 with an int8 alpha, also with broadcasting: x from 0 on, alpha * x below.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_PRELU_S16_H
#define TM_PRELU_S16_H

#include "tm_prelu.h"

typedef tm_prelu_params tm_prelu_s16_params;

/* input, alpha: as the steps of input1 and input2 say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_prelu_s16(const tm_prelu_s16_params *params, const int16_t *input, const int8_t *alpha,
                            int16_t *output) {
  TM_HIDE_ORIGIN(output);
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = (int16_t)tm_clamp(tm_prelu(params, input[at1], alpha[at2]), INT16_MIN, INT16_MAX);
  }
}

#endif
