/* Reciprocals in fixed point, as gemmlowp computes them. */
#ifndef TM_RECIPROCAL_H
#define TM_RECIPROCAL_H

#include "tm_requantize.h"

/* 2 / (1 + x), 2^31 standing for 1.0 in x and 2^29 in the result: three Newton-Raphson steps from 48/17 - 32/17 d.
 * Range: x from 0 to 2^31 - 1. */
TM_INLINE int32_t tm_reciprocal_estimate(int32_t x) {
  const int32_t half_denominator = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
  int32_t estimate = 1515870810 + tm_doubling_high_mul(half_denominator, -1010580540);
  for (int32_t step = 0; step < 3; step++) {
    const int32_t error = (1 << 29) - tm_doubling_high_mul(half_denominator, estimate);
    estimate += tm_doubling_high_mul(estimate, error) * 4;
  }
  return estimate;
}

/* 2^62 / (2^31 + x), 2^31 standing for 1.0: gemmlowp's reciprocal. Range: x from 0 to 2^31 - 1. */
TM_INLINE int32_t tm_reciprocal(int32_t x) {
  const int32_t estimate = tm_reciprocal_estimate(x);
  return estimate > INT32_MAX / 2 ? INT32_MAX : estimate * 2;
}

#endif
