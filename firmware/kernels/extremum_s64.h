/* MAXIMUM or MINIMUM of int64, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_EXTREMUM_S64_H
#define TM_EXTREMUM_S64_H

#include "tm_extremum.h"
#include "tm_s64.h"

typedef tm_extremum_params tm_extremum_s64_params;

/* input1, input2: int64, as the steps say; output: int64, [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_extremum_s64(const tm_extremum_s64_params *params, const int8_t *input1, const int8_t *input2,
                               int8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    const int64_t a = tm_s64_read(input1, at1), b = tm_s64_read(input2, at2);
    const int64_t extreme = (params->maximum ? a > b : a < b) ? a : b;
    memcpy(output, &extreme, 8);
    output += 8;
  }
}

#endif
