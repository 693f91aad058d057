/* SELECT_V2: elements of one input where a condition holds, of the other where it does not. */
#ifndef TM_SELECT_H
#define TM_SELECT_H

#include "tm_broadcast.h"

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t input3_step_0; /* of the condition */
  int32_t input3_step_1;
  int32_t input3_step_2;
  int32_t input3_step_3;
} tm_select_params;

#endif
