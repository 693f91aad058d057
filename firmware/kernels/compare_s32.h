/* Comparisons of int32, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_COMPARE_S32_H
#define TM_COMPARE_S32_H

#include "tm_compare.h"

typedef tm_compare_params tm_compare_s32_params;

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3], each 0 or 1. */
TM_INLINE void tm_compare_s32(const tm_compare_s32_params *params, const int32_t *input1, const int32_t *input2,
                              uint8_t *output) {
  TM_HIDE_ORIGIN(output);
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = tm_compare(params->comparison, input1[at1], input2[at2]);
  }
}

#endif
