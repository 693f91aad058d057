/* MAXIMUM or MINIMUM of int16, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_EXTREMUM_S16_H
#define TM_EXTREMUM_S16_H

#include "tm_extremum.h"

typedef tm_extremum_params tm_extremum_s16_params;

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_extremum_s16(const tm_extremum_s16_params *params, const int16_t *input1, const int16_t *input2,
                               int16_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = (int16_t)tm_extremum(params, input1[at1], input2[at2]);
  }
}

#endif
