/* L2_NORMALIZATION over the last dimension, output scale 1/128 and zero point 0.
 *
 * Reach: a row's outputs are written when the row has been read but for the element in the output's own place, so
 * the output may lie upon the input. */
#ifndef TM_L2_NORMALIZATION_S8_H
#define TM_L2_NORMALIZATION_S8_H

#include "tm_requantize.h"
#include "tm_saturate.h"

typedef struct {
  int32_t rows;
  int32_t depth;        /* 1 to 33025: elements of a row */
  int32_t input_offset; /* -zero point of the input, -127 to 128 */
} tm_l2_normalization_s8_params;

/* A real number, about multiplier * 2^(shift - 31). */
typedef struct {
  int32_t multiplier;
  int32_t shift;
} tm_l2_normalization_s8_factor;

/* 1 / sqrt(x), for x from 1/4 to 1, 2^28 standing for 1.0: five of Newton's steps from 1. */
TM_INLINE int32_t tm_l2_normalization_s8_root(int32_t x) {
  const int32_t half = tm_rounding_shift(x, 1), half_three = (1 << 28) + (1 << 27);
  int32_t root = 1 << 28;
  for (int32_t step = 0; step < 5; step++) {
    const int32_t square = tm_doubling_high_mul(root, root);
    const int32_t cube = tm_saturating_shift(tm_doubling_high_mul(square, root), 6);
    const int32_t next = tm_doubling_high_mul(half_three, root) - tm_doubling_high_mul(half, cube);
    root = tm_saturating_shift(next, 3);
  }
  return root;
}

/* 1 / sqrt(sum) (TFLM's GetInvSqrtQuantizedMultiplierExp, which takes 0 for 1). */
TM_INLINE tm_l2_normalization_s8_factor tm_l2_normalization_s8_inverse(int32_t sum) {
  const tm_l2_normalization_s8_factor one = {INT32_MAX, 0};
  if (sum <= 1) return one;
  int32_t right = 11;
  while (sum >= 1 << 29) {
    sum /= 4;
    right++;
  }
  const int32_t pairs = (tm_leading_zeros(sum) - 1) / 2 - 1; /* of bits that bring the sum to 2^27 to 2^29 */
  right -= pairs;
  const int32_t half_root_2 = 1518500250;
  const int32_t root = tm_doubling_high_mul(tm_l2_normalization_s8_root((sum << 2 * pairs) >> 1), half_root_2);
  const tm_l2_normalization_s8_factor factor = {right < 0 ? root << -right : root, right < 0 ? 0 : -right};
  return factor;
}

/* input, output: [rows][depth]. */
TM_INLINE void tm_l2_normalization_s8(const tm_l2_normalization_s8_params *params, const int8_t *input,
                                      int8_t *output) {
  for (int32_t row = 0; row < params->rows; row++) {
    int32_t sum = 0;
    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t value = input[i] + params->input_offset;
      sum += value * value;
    }
    const tm_l2_normalization_s8_factor factor = tm_l2_normalization_s8_inverse(sum);
    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t scaled = tm_requantize(input[i] + params->input_offset, factor.multiplier, factor.shift + 7);
      output[i] = (int8_t)tm_clamp(scaled, INT8_MIN, INT8_MAX);
    }
    input += params->depth;
    output += params->depth;
  }
}

#endif
