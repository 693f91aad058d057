/* What ADD, SUB and SQUARED_DIFFERENCE of int8 and int16 share: both inputs are brought to one scale, twice the
 * larger of theirs, and the result of that to the output's. */
#ifndef TM_SCALED_SUM_H
#define TM_SCALED_SUM_H

#include "tm_broadcast.h"
#include "tm_requantize.h"

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t input1_offset; /* -zero point of input1: -127 to 128, of int16 -32767 to 32768 */
  int32_t input2_offset;
  int32_t output_offset; /* zero point of the output */
  int32_t output_multiplier;
  int32_t output_shift;      /* of ADD and SUB: 0 or less */
  int32_t activation_min;    /* of the output's type */
  int32_t activation_max;    /* activation_min or more */
  int32_t input1_multiplier; /* input1 to twice the larger of both scales; ranges as tm_requantize has them */
  int32_t input1_shift;      /* 0 or less */
  int32_t input2_multiplier;
  int32_t input2_shift;
} tm_scaled_sum_params;

/* Inputs of ADD and SUB are widened before they are scaled, so that the scaling's rounding does not show: int8 by
 * 2^20, int16 by 2^15. */
#define TM_SCALED_SUM_S8_LEFT_SHIFT 20
#define TM_SCALED_SUM_S16_LEFT_SHIFT 15

TM_INLINE int32_t tm_scaled_sum_first(const tm_scaled_sum_params *params, int32_t a, int32_t left_shift) {
  return tm_requantize((a + params->input1_offset) * (1 << left_shift), params->input1_multiplier,
                       params->input1_shift);
}

TM_INLINE int32_t tm_scaled_sum_second(const tm_scaled_sum_params *params, int32_t b, int32_t left_shift) {
  return tm_requantize((b + params->input2_offset) * (1 << left_shift), params->input2_multiplier,
                       params->input2_shift);
}

TM_INLINE int32_t tm_scaled_sum_output(const tm_scaled_sum_params *params, int32_t result) {
  const int32_t scaled = tm_requantize(result, params->output_multiplier, params->output_shift);
  return tm_clamp(tm_wrapping_add(scaled, params->output_offset), params->activation_min, params->activation_max);
}

#endif
