/* LOG_SOFTMAX over the last dimension, output scale 1/16 and zero point 127.
 *
 * A difference of two int8 values has 256 possible results: scaled, and their exponentials, they come from tables.
 *
 * Reach: a row's outputs are written when the row has been read but for the element in the output's own place, so
 * the output may lie upon the input. */
#ifndef TM_LOG_SOFTMAX_S8_H
#define TM_LOG_SOFTMAX_S8_H

#include "tm_reciprocal.h"
#include "tm_saturate.h"

typedef struct {
  int32_t rows;
  int32_t depth;              /* 1 to 4095: elements of a row */
  int32_t size;               /* 1 to 256: a larger difference has an exponential that TFLM takes as 0 */
  int32_t inverse_multiplier; /* scaled difference to difference */
  int32_t inverse_shift;      /* -31 to 0 */
} tm_log_softmax_s8_params;

/* log(x) in fixed point, 2^26 standing for 1.0. x: 1 or more, 2^19 standing for 1.0 (TFLM's
 * log_x_for_x_greater_than_or_equal_to_1). Powers of two are counted off for x and for x times the root of 1/2;
 * the rest that lies nearer to the fourth root of 1/2 goes into a quotient of polynomials. */
TM_INLINE int32_t tm_log_softmax_s8_log(int32_t x) {
  const int32_t log_2 = 1488522236, root_half = 1518500250, fourth_root_half = 1805811301, quarter = 1 << 23;
  const int32_t alpha_n = 117049297, alpha_d = 127690142, alpha_i = 1057819769, alpha_f = 638450708;

  const int32_t zeros_a = tm_leading_zeros(x);
  const int32_t normal_a = tm_saturating_shift(x, zeros_a - 1);
  const int32_t rest_a = tm_saturating_shift(tm_doubling_high_mul(normal_a, root_half), 1);
  const int32_t power_a = (12 - zeros_a) * (1 << 25) + quarter;
  const int32_t zeros_b = tm_leading_zeros(tm_doubling_high_mul(x, root_half)) - 1;
  const int32_t rest_b = tm_saturating_shift(x, zeros_b);
  const int32_t power_b = (12 - zeros_b) * (1 << 25) - quarter;
  const int32_t rest = tm_min(rest_a, rest_b), power = tm_max(power_a, power_b);

  const int32_t middle = (int32_t)(((int64_t)rest + fourth_root_half + 1) / 2);
  const int32_t q = 2 * (rest - fourth_root_half), square = tm_doubling_high_mul(q, q);
  const int32_t numerator =
      tm_doubling_high_mul(q, rest) + tm_doubling_high_mul(tm_doubling_high_mul(q, square), alpha_n);
  const int32_t denominator = tm_doubling_high_mul(middle, alpha_i + q + tm_doubling_high_mul(alpha_d, square)) +
                              tm_doubling_high_mul(alpha_f, q); /* minus 1 */
  const int32_t quotient = tm_doubling_high_mul(tm_rounding_shift(numerator, 6), tm_reciprocal(denominator));
  return tm_saturating_shift(tm_doubling_high_mul(power, log_2) + quotient, 1);
}

/* input, output: [rows][depth]; differences: [size], differences[d] is -d * scale, 2^26 standing for 1.0; exps:
 * [size], exps[d] is the exponential of that, 2^31 - 1 standing for 1.0. */
TM_INLINE void tm_log_softmax_s8(const tm_log_softmax_s8_params *params, const int8_t *input,
                                 const int32_t *differences, const int32_t *exps, int8_t *output) {
  for (int32_t row = 0; row < params->rows; row++) {
    int32_t max = INT8_MIN;
    for (int32_t i = 0; i < params->depth; i++) max = tm_max(max, input[i]);

    int32_t sum = 0; /* 2^19 stands for 1.0; at least 2^19, since the largest element adds 1.0 */
    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t difference = max - input[i];
      if (difference < params->size) sum += tm_rounding_shift(exps[difference], 12);
    }
    const int32_t log_sum = tm_log_softmax_s8_log(sum);

    /* From this difference on, the result is below what 32 bits hold. */
    const int32_t end = tm_min(
        params->size, -tm_requantize(log_sum + INT32_MIN, params->inverse_multiplier, params->inverse_shift));
    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t difference = max - input[i];
      int32_t value = INT8_MIN;
      if (difference < end) value = tm_rounding_shift(differences[difference] - log_sum, 22) + INT8_MAX;
      output[i] = (int8_t)tm_clamp(value, INT8_MIN, INT8_MAX);
    }
    input += params->depth;
    output += params->depth;
  }
}

#endif
