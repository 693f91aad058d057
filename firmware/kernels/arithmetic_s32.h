/* ADD, SUB, MUL and SQUARED_DIFFERENCE of int32, which wrap, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_ARITHMETIC_S32_H
#define TM_ARITHMETIC_S32_H

#include "tm_broadcast.h"

enum { TM_ARITHMETIC_ADD, TM_ARITHMETIC_SUB, TM_ARITHMETIC_MUL, TM_ARITHMETIC_SQUARED_DIFFERENCE };

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t function; /* one of the above */
  int32_t activation_min;
  int32_t activation_max; /* activation_min or more */
} tm_arithmetic_s32_params;

TM_INLINE int32_t tm_arithmetic_s32_element(const tm_arithmetic_s32_params *params, uint32_t a, uint32_t b) {
  switch (params->function) {
    case TM_ARITHMETIC_ADD:
      return (int32_t)(a + b);
    case TM_ARITHMETIC_SUB:
      return (int32_t)(a - b);
    case TM_ARITHMETIC_MUL:
      return (int32_t)(a * b);
    default:
      return (int32_t)((a - b) * (a - b));
  }
}

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_arithmetic_s32(const tm_arithmetic_s32_params *params, const int32_t *input1,
                                 const int32_t *input2, int32_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    const int32_t value = tm_arithmetic_s32_element(params, (uint32_t)input1[at1], (uint32_t)input2[at2]);
    *output++ = tm_clamp(value, params->activation_min, params->activation_max);
  }
}

#endif
