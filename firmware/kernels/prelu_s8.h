/* PRELU, also with broadcasting: x from 0 on, alpha * x below.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_PRELU_S8_H
#define TM_PRELU_S8_H

#include "tm_broadcast.h"
#include "tm_requantize.h"

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t input_offset;        /* -zero point of the input, -127 to 128 */
  int32_t alpha_offset;        /* -zero point of alpha, -127 to 128 */
  int32_t output_offset;       /* zero point of the output, -128 to 127 */
  int32_t identity_multiplier; /* input to output; ranges as tm_requantize has them */
  int32_t identity_shift;
  int32_t alpha_multiplier; /* input times alpha to output */
  int32_t alpha_shift;
} tm_prelu_s8_params;

TM_INLINE int8_t tm_prelu_s8_element(const tm_prelu_s8_params *params, int32_t x, int32_t alpha) {
  const int32_t value = x + params->input_offset;
  const int32_t scaled = value >= 0 ? tm_requantize(value, params->identity_multiplier, params->identity_shift)
                                    : tm_requantize(value * (alpha + params->alpha_offset),
                                                    params->alpha_multiplier, params->alpha_shift);
  return (int8_t)tm_clamp(tm_wrapping_add(scaled, params->output_offset), INT8_MIN, INT8_MAX);
}

/* input, alpha: as the steps of input1 and input2 say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_prelu_s8(const tm_prelu_s8_params *params, const int8_t *input, const int8_t *alpha,
                           int8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = tm_prelu_s8_element(params, input[at1], alpha[at2]);
  }
}

#endif
