/* LOGICAL_OR or LOGICAL_AND of bool, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_EXTREMUM_U8_H
#define TM_EXTREMUM_U8_H

#include "tm_extremum.h"

typedef tm_extremum_params tm_extremum_u8_params;

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_extremum_u8(const tm_extremum_u8_params *params, const uint8_t *input1, const uint8_t *input2,
                              uint8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = (uint8_t)tm_extremum(params, input1[at1], input2[at2]);
  }
}

#endif
