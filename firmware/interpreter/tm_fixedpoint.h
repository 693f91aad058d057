/* The factors and functions of quantized operators, bit for bit as tinyml/fixedpoint.py has them, in integers:
 * a compiler's library for 64-bit floats would be larger than all of this. */
#ifndef TM_FIXEDPOINT_H
#define TM_FIXEDPOINT_H

#include <stdint.h>

#include "tm_flatbuffer.h"

/* A real number, about multiplier * 2^(shift - 31). */
typedef struct {
  int32_t multiplier;
  int32_t shift;
} tm_factor;

/* n / d rounded down; the remainder goes to `rest`. Range: d above 0 and below 2^31. */
uint64_t tm_divide(uint64_t n, uint32_t d, uint32_t *rest) TM_COLD;

/* a * b / c * 2^exponent, computed as 64-bit floats would and rounded to a 31-bit multiplier (TFLM's
 * QuantizeMultiplier). Range: a, b and c finite and above 0. */
tm_factor tm_factor_of(float a, float b, float c, int32_t exponent) TM_COLD;

/* a / (b * c) in the same way. */
tm_factor tm_quotient_of(float a, float b, float c) TM_COLD;

/* a * b / (10 / 65535) in the same way: the last quotient is a 64-bit float, too. */
tm_factor tm_tenths(float a, float b) TM_COLD;

/* `x` rounded to nearest, ties away from zero. Range: -2^31 < x < 2^31. */
int32_t tm_round(float x) TM_COLD;

/* x * factor, rounded (TFLM's MultiplyByQuantizedMultiplier). shift: -31 to 30. */
int32_t tm_scaled(int32_t x, tm_factor factor) TM_COLD;

/* How far from 0 an input may be before it overflows (TFLM's CalculateInputRadius). shift: 0 to 31. */
int32_t tm_input_radius(int32_t integer_bits, int32_t shift) TM_COLD;

/* exp(x), 2^31 - 1 standing for 1.0 (gemmlowp's exp_on_negative_values). x: 0 or less, with `integer_bits` (4 or
 * 5) integer bits. */
int32_t tm_exp_of_negative(int32_t x, int32_t integer_bits) TM_COLD;

#endif
