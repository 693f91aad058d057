/* MAXIMUM or MINIMUM of int32, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_EXTREMUM_S32_H
#define TM_EXTREMUM_S32_H

#include "tm_extremum.h"

typedef tm_extremum_params tm_extremum_s32_params;

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_extremum_s32(const tm_extremum_s32_params *params, const int32_t *input1, const int32_t *input2,
                               int32_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = tm_extremum(params, input1[at1], input2[at2]);
  }
}

#endif
