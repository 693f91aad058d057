/* What MUL of int8 and of int16 share. */
#ifndef TM_MUL_H
#define TM_MUL_H

#include "tm_broadcast.h"
#include "tm_requantize.h"

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t input1_offset;     /* -zero point of input1: -127 to 128, of int16 0 */
  int32_t input2_offset;     /* -zero point of input2: the same */
  int32_t output_offset;     /* zero point of the output */
  int32_t output_multiplier; /* product to output; ranges as tm_requantize has them */
  int32_t output_shift;
  int32_t activation_min; /* of the output's type */
  int32_t activation_max; /* activation_min or more */
} tm_mul_params;

TM_INLINE int32_t tm_mul(const tm_mul_params *params, int32_t a, int32_t b) {
  const int32_t product = (a + params->input1_offset) * (b + params->input2_offset);
  const int32_t scaled = tm_requantize(product, params->output_multiplier, params->output_shift);
  return tm_clamp(tm_wrapping_add(scaled, params->output_offset), params->activation_min, params->activation_max);
}

#endif
