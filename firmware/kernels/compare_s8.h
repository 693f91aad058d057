/* Comparisons of int8, also with broadcasting: of values that were multiplied by their scales.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_COMPARE_S8_H
#define TM_COMPARE_S8_H

#include "tm_compare.h"
#include "tm_requantize.h"

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t comparison;        /* one of tm_compare.h */
  int32_t input1_offset;     /* -zero point of input1, -127 to 128 */
  int32_t input1_multiplier; /* the scale of input1, below 1; ranges as tm_requantize has them */
  int32_t input1_shift;      /* 0 or less */
  int32_t input2_offset;
  int32_t input2_multiplier;
  int32_t input2_shift;
} tm_compare_s8_params;

/* Inputs are widened by 2^8 before they are scaled. */
#define TM_COMPARE_S8_LEFT_SHIFT 8

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3], each 0 or 1. */
TM_INLINE void tm_compare_s8(const tm_compare_s8_params *params, const int8_t *input1, const int8_t *input2,
                             uint8_t *output) {
  const int32_t one = 1 << TM_COMPARE_S8_LEFT_SHIFT;
  TM_FOR_BROADCAST (params, at1, at2) {
    const int32_t a = tm_requantize((input1[at1] + params->input1_offset) * one, params->input1_multiplier,
                                    params->input1_shift);
    const int32_t b = tm_requantize((input2[at2] + params->input2_offset) * one, params->input2_multiplier,
                                    params->input2_shift);
    *output++ = tm_compare(params->comparison, a, b);
  }
}

#endif
