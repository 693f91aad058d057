/* MUL, also with broadcasting.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_MUL_S8_H
#define TM_MUL_S8_H

#include "tm_broadcast.h"
#include "tm_requantize.h"

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t input1_offset;     /* -zero point of input1, -127 to 128 */
  int32_t input2_offset;     /* -zero point of input2, -127 to 128 */
  int32_t output_offset;     /* zero point of the output, -128 to 127 */
  int32_t output_multiplier; /* product to output; ranges as tm_requantize has them */
  int32_t output_shift;
  int32_t activation_min; /* -128 to 127 */
  int32_t activation_max; /* activation_min to 127 */
} tm_mul_s8_params;

TM_INLINE int8_t tm_mul_s8_element(const tm_mul_s8_params *params, int32_t a, int32_t b) {
  const int32_t product = (a + params->input1_offset) * (b + params->input2_offset);
  const int32_t scaled = tm_requantize(product, params->output_multiplier, params->output_shift);
  return (int8_t)tm_clamp(tm_wrapping_add(scaled, params->output_offset), params->activation_min,
                          params->activation_max);
}

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_mul_s8(const tm_mul_s8_params *params, const int8_t *input1, const int8_t *input2,
                         int8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = tm_mul_s8_element(params, input1[at1], input2[at2]);
  }
}

#endif
