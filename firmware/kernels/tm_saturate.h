/* Shifts of fixed-point numbers that saturate, as gemmlowp's do. */
#ifndef TM_SATURATE_H
#define TM_SATURATE_H

#include "tm_kernel.h"

/* x * 2^exponent, saturating. Range: exponent 0 to 31. */
TM_INLINE int32_t tm_saturating_shift(int32_t x, int32_t exponent) {
  const int64_t shifted = (int64_t)x * ((int64_t)1 << exponent);
  if (shifted > INT32_MAX) return INT32_MAX;
  return shifted < INT32_MIN ? INT32_MIN : (int32_t)shifted;
}

/* How many of the 32 bits of `x` in front of the first that is set are 0. Range: x above 0. */
TM_INLINE int32_t tm_leading_zeros(int32_t x) {
  int32_t zeros = 1;
  while (x >> (31 - zeros) == 0) zeros++;
  return zeros;
}

#endif
