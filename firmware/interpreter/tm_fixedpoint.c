#include "tm_fixedpoint.h"

#include <string.h>

#include "tm_requantize.h"

uint64_t tm_divide(uint64_t n, uint32_t d, uint32_t *rest) {
  uint32_t remainder = 0;
  for (uint32_t bit = 0; bit < 64; bit++) { /* the quotient's bits push out the dividend's */
    remainder = remainder << 1 | (uint32_t)(n >> 63);
    n <<= 1;
    if (remainder >= d) {
      remainder -= d;
      n |= 1;
    }
  }
  *rest = remainder;
  return n;
}

/* The 24 bits of a float's significand, the highest of them set; the value is significand * 2^exponent. */
static TM_COLD uint32_t significand_of(float value, int32_t *exponent) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  uint32_t significand = bits & 0x7FFFFFu;
  const int32_t biased = (int32_t)(bits >> 23);
  if (biased != 0) significand |= 0x800000u;
  *exponent = tm_max(biased, 1) - 150;
  while (significand < 0x800000u) { /* a denormal number */
    significand <<= 1;
    *exponent -= 1;
  }
  return significand;
}

/* quotient * 2^exponent, more than 53 bits of which `lost` says whether others follow, as a 64-bit float has it:
 * rounded to 53 bits, ties to even. And from there to 31 bits, ties away from zero. */
static TM_COLD tm_factor rounded(uint64_t quotient, bool lost_bits, int32_t exponent) {
  uint64_t lost = lost_bits; /* and the bits that are shifted out, the last of them alone */
  uint64_t half = 0;
  while (quotient >> 53 != 0) {
    lost |= half;
    half = quotient & 1;
    quotient >>= 1;
    exponent++;
  }
  if (half != 0 && (lost | (quotient & 1)) != 0) quotient++;
  const uint32_t multiplier = (uint32_t)((quotient + (1u << 21)) >> 22);
  tm_factor factor = {(int32_t)multiplier, exponent + 53};
  if (multiplier >> 31 != 0) {
    factor.multiplier = 1 << 30;
    factor.shift++;
  }
  if (factor.shift < -31) factor.multiplier = factor.shift = 0;
  return factor;
}

tm_factor tm_factor_of(float a, float b, float c, int32_t exponent) {
  int32_t exponent_a, exponent_b, exponent_c;
  const uint64_t product = (uint64_t)significand_of(a, &exponent_a) * significand_of(b, &exponent_b);
  const uint32_t divisor = significand_of(c, &exponent_c);
  exponent += exponent_a + exponent_b - exponent_c;
  /* The product is exact in a 64-bit float; the quotient is rounded to its 53 bits, ties to even. */
  uint32_t rest;
  uint64_t quotient = tm_divide(product, divisor, &rest) << 30;
  quotient |= tm_divide((uint64_t)rest << 30, divisor, &rest);
  return rounded(quotient, rest != 0, exponent - 30);
}

/* a / b for a below b below 2^62, its first bits as an integer of 56 bits; `exponent` is what that lacks. */
static TM_COLD uint64_t first_bits(uint64_t a, uint64_t b, int32_t *exponent, bool *rest) {
  uint64_t quotient = 0;
  *exponent = 0;
  while (quotient >> 55 == 0) {
    a <<= 1;
    quotient <<= 1;
    if (a >= b) {
      a -= b;
      quotient |= 1;
    }
    *exponent -= 1;
  }
  *rest = a != 0;
  return quotient;
}

tm_factor tm_quotient_of(float a, float b, float c) {
  int32_t exponent_a, exponent_b, exponent_c, exponent;
  bool rest;
  const uint64_t dividend = significand_of(a, &exponent_a);
  /* The product is exact in a 64-bit float. */
  const uint64_t divisor = (uint64_t)significand_of(b, &exponent_b) * significand_of(c, &exponent_c);
  const uint64_t quotient = first_bits(dividend, divisor, &exponent, &rest);
  return rounded(quotient, rest, exponent + exponent_a - exponent_b - exponent_c);
}

tm_factor tm_tenths(float a, float b) {
  int32_t exponent_a, exponent_b, exponent;
  bool rest;
  /* The product is exact in a 64-bit float, and below 2^48; this is 10 / 65535 * 2^65 as such a float. */
  const uint64_t tenths = 0x14001400140014u;
  const uint64_t product = (uint64_t)significand_of(a, &exponent_a) * significand_of(b, &exponent_b);
  const uint64_t quotient = first_bits(product, tenths, &exponent, &rest);
  return rounded(quotient, rest, exponent + exponent_a + exponent_b + 65);
}

int32_t tm_round(float x) {
  const int32_t whole = (int32_t)x;
  const float rest = x - (float)whole; /* exact */
  return whole + (rest >= 0.5F) - (rest <= -0.5F);
}

/* Out of line: inlined, the products of exp would be half of this file's code. */
static TM_COLD __attribute__((noinline)) int32_t product(int32_t a, int32_t b) {
  return tm_doubling_high_mul(a, b);
}

int32_t tm_scaled(int32_t x, tm_factor factor) { return tm_requantize(x, factor.multiplier, factor.shift); }

int32_t tm_input_radius(int32_t integer_bits, int32_t shift) {
  return (int32_t)((((1u << integer_bits) - 1u) << (31 - integer_bits)) >> shift);
}

/* exp(x), 2^31 standing for 1.0 in and out, for x from -1/4 to 0: Taylor's series around -1/8. */
static TM_COLD int32_t exp_near_zero(int32_t x) {
  const int32_t exp_minus_eighth = 1895147668, third = 715827883;
  x += 1 << 28;
  const int32_t x2 = product(x, x), x3 = product(x2, x);
  const int32_t x4_by_4 = tm_rounding_shift(product(x2, x2), 2);
  const int32_t rest = tm_rounding_shift(product(x4_by_4 + x3, third) + x2, 1);
  return exp_minus_eighth + product(exp_minus_eighth, x + rest);
}

int32_t tm_exp_of_negative(int32_t x, int32_t integer_bits) {
  /* exp(-2^i) for i from -2 on: the factors that the bits of -x from 1/4 up stand for. */
  static const int32_t factors[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  if (x == 0) return INT32_MAX;
  const int32_t quarter = 1 << (29 - integer_bits);
  const int32_t low = (x & (quarter - 1)) - quarter;
  int32_t result = exp_near_zero(low * (1 << integer_bits));
  const int32_t remainder = low - x;
  for (int32_t i = 0; i < integer_bits + 2; i++) {
    if (remainder & quarter << i) result = product(result, factors[i]);
  }
  return result;
}
