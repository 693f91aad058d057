/* PRELU, also with broadcasting: x from 0 on, alpha * x below.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_PRELU_S8_H
#define TM_PRELU_S8_H

#include "tm_prelu.h"

typedef tm_prelu_params tm_prelu_s8_params;

/* input, alpha: as the steps of input1 and input2 say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_prelu_s8(const tm_prelu_s8_params *params, const int8_t *input, const int8_t *alpha,
                           int8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = (int8_t)tm_clamp(tm_prelu(params, input[at1], alpha[at2]), INT8_MIN, INT8_MAX);
  }
}

#endif
