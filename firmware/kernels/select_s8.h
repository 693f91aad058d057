/* SELECT_V2 of int8, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it, of the condition, too. */
#ifndef TM_SELECT_S8_H
#define TM_SELECT_S8_H

#include "tm_select.h"

typedef tm_select_params tm_select_s8_params;

/* input1, input2, condition: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_select_s8(const tm_select_s8_params *params, const int8_t *input1, const int8_t *input2,
                            const uint8_t *condition, int8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    const int32_t at3 = i0 * params->input3_step_0 + i1 * params->input3_step_1 + i2 * params->input3_step_2 +
                        i3 * params->input3_step_3;
    *output++ = condition[at3] ? input1[at1] : input2[at2];
  }
}

#endif
