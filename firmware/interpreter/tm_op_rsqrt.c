/* RSQRT; see tinyml/ops/rsqrt.py. */
#include <string.h>

#include "tm_lookup.h"
#include "tm_requantize.h"

#define TM_KEPT 20 /* bits of the root that are kept as fractions */

/* sqrt(x) as a 64-bit float has it, which is root * 2^exponent: digit by digit. Range: x finite and above 0. */
static TM_COLD uint64_t root_of(float x, int32_t *exponent) {
  uint32_t radicand;
  memcpy(&radicand, &x, sizeof(radicand));
  int32_t power = (int32_t)(radicand >> 23) - 150;
  if (radicand >> 23 == 0) {
    power = -149;
  } else {
    radicand = (radicand & 0x7FFFFFu) | 0x800000u;
  }
  while (radicand >> 24 == 0 || power % 2 != 0) { /* 25 or 26 bits, and an even power */
    radicand <<= 1;
    power--;
  }
  uint64_t root = 0, rest = 0;
  for (int32_t i = 0; i < 54; i++) {
    rest = rest << 2 | (i < 13 ? radicand >> (24 - 2 * i) & 3u : 0u);
    const uint64_t trial = root << 2 | 1u;
    root <<= 1;
    if (rest >= trial) {
      rest -= trial;
      root |= 1u;
    }
  }
  *exponent = power / 2 - 40;
  return (root + 1) >> 1; /* never a tie, as a root that ends in its 54th bit would have a longer square */
}

/* 1 / (sqrt(source) * output). TFLM's 64-bit floats round three times, and no other operator's factor needs their
 * library. */
static TM_COLD tm_factor factor_of(float source, float output) {
  int32_t exponent;
  const double inverse = 1.0 / ((double)root_of(source, &exponent) * (double)output);
  uint64_t bits;
  memcpy(&bits, &inverse, sizeof(bits));
  const uint64_t significand = (bits & 0xFFFFFFFFFFFFFu) | (uint64_t)1 << 52;
  const uint32_t multiplier = (uint32_t)((significand + (1u << 21)) >> 22);
  tm_factor factor = {(int32_t)multiplier, (int32_t)(bits >> 52) - 1022 - exponent};
  if (multiplier >> 31 != 0) {
    factor.multiplier = 1 << 30;
    factor.shift++;
  }
  if (factor.shift < -31) factor.multiplier = factor.shift = 0;
  return factor;
}

/* 1 / sqrt(x) with 20 fractional bits: five steps of Newton's method from 1, with 3 integer bits. x: 1 to 255. */
static TM_COLD int32_t inverse_root(int32_t x) {
  if (x == 1) return tm_requantize(1, INT32_MAX, TM_KEPT);
  int32_t pairs = 0;
  while (x >> 27 == 0) {
    x *= 4;
    pairs++;
  }
  const int32_t half = tm_rounding_shift(x >> 1, 1), three_halves = (1 << 28) + (1 << 27);
  int32_t root = 1 << 28;
  for (int32_t step = 0; step < 5; step++) {
    const int32_t cube = tm_doubling_high_mul(tm_doubling_high_mul(root, root), root) * 64;
    root = (tm_doubling_high_mul(three_halves, root) - tm_doubling_high_mul(half, cube)) * 8;
  }
  root = tm_doubling_high_mul(root, 1518500250); /* sqrt(1/2) */
  const int32_t shift = pairs - 11;
  return tm_requantize(1, shift > 0 ? root * (1 << shift) : root, TM_KEPT + tm_min(shift, 0));
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output)) return;
  tm_factor factor = factor_of(source.scale, output.scale);
  factor.shift -= TM_KEPT;
  if (!tm_require(model, factor.shift >= -31 && factor.shift <= 30)) return;
  int8_t *table = tm_lookup_add(model, &source, &output);
  for (int32_t i = 0; table != NULL && i < 256; i++) {
    const int32_t x = (int8_t)i - source.zero_point;
    table[i] = INT8_MAX; /* also below 0, where TFLM's inference fails */
    if (x > 0) {
      table[i] = tm_lookup_result(&output, tm_requantize(inverse_root(x), factor.multiplier, factor.shift));
    }
  }
}

const tm_operator tm_op_rsqrt = {76, prepare};
