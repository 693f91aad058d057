/* MAXIMUM or MINIMUM of int8, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_EXTREMUM_S8_H
#define TM_EXTREMUM_S8_H

#include "tm_extremum.h"

typedef tm_extremum_params tm_extremum_s8_params;

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_extremum_s8(const tm_extremum_s8_params *params, const int8_t *input1, const int8_t *input2,
                              int8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = (int8_t)tm_extremum(params, input1[at1], input2[at2]);
  }
}

#endif
