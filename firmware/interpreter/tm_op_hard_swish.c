/* HARD_SWISH; see tinyml/ops/hard_swish.py. */
#include "tm_lookup.h"
#include "tm_requantize.h"

#define TM_WIDENING 7 /* bits by which inputs are widened */

/* The factor with a multiplier of 16 bits. */
static TM_COLD tm_factor halved(tm_factor factor) {
  const int32_t most = INT32_MAX - (1 << 15);
  factor.multiplier = (tm_min(factor.multiplier, most) + (1 << 15)) >> 16;
  return factor;
}

/* a * b / 2^15, rounded to nearest. */
static TM_COLD int32_t high_mul(int32_t a, int32_t b) { return (a * b + (1 << 14)) >> 15; }

/* x * 2^bits, at the ends of 16 bits where it is beyond. */
static TM_COLD int32_t shifted_left(int32_t x, int32_t bits) {
  const int64_t shifted = (int64_t)x * ((int64_t)1 << bits);
  return shifted < INT16_MIN ? INT16_MIN : shifted > INT16_MAX ? INT16_MAX : (int32_t)shifted;
}

/* x / 2^bits, rounded to nearest. */
static TM_COLD int32_t shifted_right(int32_t x, int32_t bits) {
  return bits == 0 ? x : tm_rounding_shift(x, bits);
}

/* (x + 3) / 6 between 0 and 1, 2^15 standing for 1, of the widened x. */
static TM_COLD int32_t gate(int32_t wide, tm_factor factor) {
  if (factor.shift > 0) {
    const int32_t value = high_mul(shifted_left(wide, factor.shift - 1), factor.multiplier);
    return (shifted_left(value, 1) + (1 << 15)) >> 1;
  }
  return (shifted_right(high_mul(wide, factor.multiplier), -factor.shift) + (1 << 15)) >> 1;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output)) return;
  const tm_factor to_output = halved(tm_factor_of(source.scale, 1.0F, output.scale, -TM_WIDENING));
  const tm_factor to_gate = halved(tm_factor_of(source.scale, 1.0F, 3.0F, 15 - TM_WIDENING));
  if (!tm_require(model,
                  to_output.shift >= -15 && to_output.shift <= 0 && to_gate.shift >= -15 && to_gate.shift <= 30)) {
    return;
  }
  int8_t *table = tm_lookup_add(model, &source, &output);
  for (int32_t i = 0; table != NULL && i < 256; i++) {
    const int32_t wide = ((int8_t)i - source.zero_point) * (1 << TM_WIDENING);
    const int32_t product = gate(wide, to_gate) * high_mul(wide, to_output.multiplier);
    /* Division is towards zero, against the bias of the roundings before. */
    table[i] = tm_lookup_result(&output, shifted_right(product / (1 << 15), -to_output.shift));
  }
}

const tm_operator tm_op_hard_swish = {117, prepare};
