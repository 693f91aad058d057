/* From a 32-bit sum to an int8 value: multiplication with a fixed-point number, rounded twice as TFLM does.
 *
 * Sums wrap at 32 bits: TFLM's compiled code does, and a model file may hold a bias that makes one overflow.
 * Unsigned arithmetic makes that wrap defined in C. Shifts of negative numbers are arithmetic, which C leaves to
 * the compiler and GCC and Clang promise. */
#ifndef TM_REQUANTIZE_H
#define TM_REQUANTIZE_H

#include "tm_kernel.h"

TM_INLINE int32_t tm_wrapping_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

/* a * b / 2^31, rounded to nearest, ties up. Range: not both -2^31.
 * gemmlowp adds 2^30 or 1 - 2^30 by the product's sign and divides towards zero; for a negative product that is
 * ceil((ab + 1 - 2^30) / 2^31), the same number as floor((ab + 2^30) / 2^31). */
TM_INLINE int32_t tm_doubling_high_mul(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* x / 2^exponent, rounded to nearest, ties away from zero. Range: x above -2^31, exponent 1 to 31.
 * Subtracting 1 from a negative x turns its ties into values below the middle; halving twice instead of adding
 * 2^(exponent - 1) needs no constant and cannot overflow. */
TM_INLINE int32_t tm_rounding_shift(int32_t x, int32_t exponent) {
  return (((x + (x >> 31)) >> (exponent - 1)) + 1) >> 1;
}

/* x * multiplier * 2^(shift - 31). Range: multiplier 0 to 2^31 - 1, shift -31 to 30. */
TM_INLINE int32_t tm_requantize(int32_t x, int32_t multiplier, int32_t shift) {
  if (shift < 0) return tm_rounding_shift(tm_doubling_high_mul(x, multiplier), -shift);
  return tm_doubling_high_mul((int32_t)((uint32_t)x << shift), multiplier);
}

/* The same for a shift that is known to be negative: no branch where the shift comes from a table. */
TM_INLINE int32_t tm_requantize_right(int32_t x, int32_t multiplier, int32_t shift) {
  return tm_rounding_shift(tm_doubling_high_mul(x, multiplier), -shift);
}

#endif
