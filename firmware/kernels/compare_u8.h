/* Comparisons of bool, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_COMPARE_U8_H
#define TM_COMPARE_U8_H

#include "tm_compare.h"

typedef tm_compare_params tm_compare_u8_params;

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3], each 0 or 1. */
TM_INLINE void tm_compare_u8(const tm_compare_u8_params *params, const uint8_t *input1, const uint8_t *input2,
                             uint8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = tm_compare(params->comparison, input1[at1], input2[at2]);
  }
}

#endif
