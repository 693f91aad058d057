/* Comparisons of int64, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_COMPARE_S64_H
#define TM_COMPARE_S64_H

#include "tm_compare.h"
#include "tm_s64.h"

typedef tm_compare_params tm_compare_s64_params;

/* input1, input2: int64, as the steps say; output: [size_0][size_1][size_2][size_3], each 0 or 1. */
TM_INLINE void tm_compare_s64(const tm_compare_s64_params *params, const int8_t *input1, const int8_t *input2,
                              uint8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    const int64_t a = tm_s64_read(input1, at1), b = tm_s64_read(input2, at2);
    *output++ = tm_compare(params->comparison, a > b, a < b); /* which compare as a and b do */
  }
}

#endif
