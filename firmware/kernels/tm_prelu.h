/* What PRELU of int8 and of int16 share: x from 0 on, alpha * x below. */
#ifndef TM_PRELU_H
#define TM_PRELU_H

#include "tm_broadcast.h"
#include "tm_requantize.h"

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t input_offset;        /* -zero point of the input: -127 to 128, of int16 -32767 to 32768 */
  int32_t alpha_offset;        /* -zero point of alpha, which is int8: -127 to 128 */
  int32_t output_offset;       /* zero point of the output */
  int32_t identity_multiplier; /* input to output; ranges as tm_requantize has them */
  int32_t identity_shift;
  int32_t alpha_multiplier; /* input times alpha to output */
  int32_t alpha_shift;
} tm_prelu_params;

/* The result before it is clamped to the output's type. */
TM_INLINE int32_t tm_prelu(const tm_prelu_params *params, int32_t x, int32_t alpha) {
  const int32_t value = x + params->input_offset;
  const int32_t scaled = value >= 0 ? tm_requantize(value, params->identity_multiplier, params->identity_shift)
                                    : tm_requantize(value * (alpha + params->alpha_offset),
                                                    params->alpha_multiplier, params->alpha_shift);
  return tm_wrapping_add(scaled, params->output_offset);
}

#endif
