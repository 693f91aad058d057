/* LOGISTIC; see tinyml/ops/logistic.py. */
#include "softmax_s8.h"
#include "tm_lookup.h"

#define TM_INTEGER_BITS 4 /* of the input, scaled: beyond 16 the result is 0 or 1 */

/* 1 / (1 + exp(-x)), 2^31 standing for 1.0 (gemmlowp's logistic). */
static TM_COLD int32_t logistic(int32_t x) {
  if (x == 0) return 1 << 30;
  const int32_t positive = tm_softmax_s8_reciprocal(tm_exp_of_negative(x > 0 ? -x : x, TM_INTEGER_BITS));
  return x > 0 ? positive : INT32_MAX - positive;
}

static TM_COLD int8_t result_of(int32_t x, tm_factor factor) {
  const int32_t radius = tm_input_radius(TM_INTEGER_BITS, factor.shift);
  if (x <= -radius) return INT8_MIN;
  if (x >= radius) return INT8_MAX;
  const int32_t value = logistic(tm_scaled(x, factor));
  return (int8_t)tm_clamp(tm_rounding_shift(value, 31 - 8) + INT8_MIN, INT8_MIN, INT8_MAX);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output)) return;
  tm_factor factor = tm_factor_of(source.scale, 1.0F, 1.0F, 31 - TM_INTEGER_BITS);
  if (!tm_require(model, output.zero_point == INT8_MIN && factor.multiplier != 0 && factor.shift >= 0)) return;
  if (factor.shift > 31) factor.shift = 31; /* the radius is 0 there: every result is at an end */
  int8_t *table = tm_lookup_add(model, &source, &output);
  for (int32_t i = 0; table != NULL && i < 256; i++) {
    table[i] = result_of((int8_t)i - source.zero_point, factor);
  }
}

const tm_operator tm_op_logistic = {14, prepare};
