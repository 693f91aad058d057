/* Dot products of int8 inputs and weights, in blocks that share loads.
 *
 * A block of p inputs and c weight rows takes p + c loads for p * c multiplications. Two by four is what the 13
 * registers of an Armv7-M core hold without spilling. Sums are unsigned because they wrap (see tm_requantize.h).
 */
#ifndef TM_DOT_S8_H
#define TM_DOT_S8_H

#include "tm_kernel.h"

/* sum[c] += sum over k < length of (x[k] + offset) * w[c * w_step + k], c < 4. */
TM_INLINE void tm_dot_1x4_s8(const int8_t *x, const int8_t *w, int32_t w_step, int32_t length, int32_t offset,
                             uint32_t sum[4]) {
  uint32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
  for (int32_t k = 0; k < length; k++) {
    const int32_t value = x[k] + offset;
    s0 += (uint32_t)(value * w[k]);
    s1 += (uint32_t)(value * w[k + w_step]);
    s2 += (uint32_t)(value * w[k + 2 * w_step]);
    s3 += (uint32_t)(value * w[k + 3 * w_step]);
  }
  sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
}

/* The same for a second input x_step elements behind the first; its sums are sum[4] to sum[7]. */
TM_INLINE void tm_dot_2x4_s8(const int8_t *x, int32_t x_step, const int8_t *w, int32_t w_step, int32_t length,
                             int32_t offset, uint32_t sum[8]) {
  uint32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
  uint32_t s4 = sum[4], s5 = sum[5], s6 = sum[6], s7 = sum[7];
  for (int32_t k = 0; k < length; k++) {
    const int32_t first = x[k] + offset, second = x[k + x_step] + offset;
    const int32_t w0 = w[k], w1 = w[k + w_step], w2 = w[k + 2 * w_step], w3 = w[k + 3 * w_step];
    s0 += (uint32_t)(first * w0);
    s4 += (uint32_t)(second * w0);
    s1 += (uint32_t)(first * w1);
    s5 += (uint32_t)(second * w1);
    s2 += (uint32_t)(first * w2);
    s6 += (uint32_t)(second * w2);
    s3 += (uint32_t)(first * w3);
    s7 += (uint32_t)(second * w3);
  }
  sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
  sum[4] = s4, sum[5] = s5, sum[6] = s6, sum[7] = s7;
}

/* The sum over k < length of (x[k] + offset) * w[k], added to `sum`. */
TM_INLINE uint32_t tm_dot_s8(const int8_t *x, const int8_t *w, int32_t length, int32_t offset, uint32_t sum) {
  for (int32_t k = 0; k < length; k++) sum += (uint32_t)((x[k] + offset) * w[k]);
  return sum;
}

/* One of the blocks above: `inputs` 1 or 2, `rows` 1 or 4, both known at compile time. Sums of the first input
 * are sum[0] to sum[rows - 1], of the second sum[4] to sum[4 + rows - 1]. */
TM_INLINE void tm_dot_block_s8(int32_t inputs, int32_t rows, const int8_t *x, int32_t x_step, const int8_t *w,
                               int32_t w_step, int32_t length, int32_t offset, uint32_t sum[8]) {
  if (rows == 4 && inputs == 2) {
    tm_dot_2x4_s8(x, x_step, w, w_step, length, offset, sum);
  } else if (rows == 4) {
    tm_dot_1x4_s8(x, w, w_step, length, offset, sum);
  } else {
    sum[0] = tm_dot_s8(x, w, length, offset, sum[0]);
    if (inputs == 2) sum[4] = tm_dot_s8(x + x_step, w, length, offset, sum[4]);
  }
}

#endif
