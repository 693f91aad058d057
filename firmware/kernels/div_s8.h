/* DIV, also with broadcasting: by the divisor's reciprocal in fixed point, rounded three times.
 *
 * TFLM leaves a divisor of 0 undefined; here it is taken as the number 1 in its place.
 *
 * Reach: as tm_broadcast.h has it. */
#ifndef TM_DIV_S8_H
#define TM_DIV_S8_H

#include "tm_broadcast.h"
#include "tm_reciprocal.h"

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t input1_offset;     /* -zero point of input1, -127 to 128 */
  int32_t input2_offset;     /* -zero point of input2, -127 to 128 */
  int32_t output_offset;     /* zero point of the output, -128 to 127 */
  int32_t output_multiplier; /* quotient to output; ranges as tm_requantize has them */
  int32_t output_shift;      /* at most 23, and at least the bits behind the largest divisor's first */
  int32_t activation_min;    /* -128 to 127 */
  int32_t activation_max;    /* activation_min to 127 */
} tm_div_s8_params;

/* The place of the highest bit that is set. Range: x above 0. */
TM_INLINE int32_t tm_div_s8_bits(int32_t x) {
  int32_t bits = 0;
  while (x >> (bits + 1) != 0) bits++;
  return bits;
}

TM_INLINE int8_t tm_div_s8_element(const tm_div_s8_params *params, int32_t a, int32_t b) {
  int32_t number = a + params->input1_offset, divisor = b + params->input2_offset;
  if (divisor < 0) {
    number = -number;
    divisor = -divisor;
  }
  if (divisor == 0) divisor = 1;
  /* The divisor is (1 + fraction) * 2^bits; `number` is shifted left as far as its sign allows. */
  const int32_t bits = tm_div_s8_bits(divisor);
  const int32_t fraction = (int32_t)(((uint32_t)divisor << (31 - bits)) - ((uint32_t)1 << 31));
  const int32_t size = number < 0 ? -1 - number : number;
  const int32_t headroom = size == 0 ? 31 : 30 - tm_div_s8_bits(size);
  const int32_t quotient = tm_doubling_high_mul((int32_t)((uint32_t)number << headroom), tm_reciprocal(fraction));
  const int32_t scaled =
      tm_requantize(quotient, params->output_multiplier, params->output_shift - bits - headroom);
  return (int8_t)tm_clamp(tm_wrapping_add(scaled, params->output_offset), params->activation_min,
                          params->activation_max);
}

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_div_s8(const tm_div_s8_params *params, const int8_t *input1, const int8_t *input2,
                         int8_t *output) {
  TM_FOR_BROADCAST (params, at1, at2) {
    *output++ = tm_div_s8_element(params, input1[at1], input2[at2]);
  }
}

#endif
