/* ELU; see tinyml/ops/elu.py. */
#include <string.h>

#include "tm_lookup.h"

#define TM_EXP_HALVINGS 10 /* of an exponent, before its series; the result is squared as often */
#define TM_TWO_TO_MINUS_64 5.42101086e-20F

/* a * b / 2^64, at most 2 too small: low halves are not multiplied. */
static TM_COLD uint64_t high_product(uint64_t a, uint64_t b) {
  const uint32_t a_low = (uint32_t)a, a_high = (uint32_t)(a >> 32), b_low = (uint32_t)b;
  const uint32_t b_high = (uint32_t)(b >> 32);
  return (uint64_t)a_high * b_high + ((uint64_t)a_high * b_low >> 32) + ((uint64_t)a_low * b_high >> 32);
}

/* exp(x), rounded, for x below 0 (exp_float32 of tinyml/fixedpoint.py). */
static TM_COLD float exp_of(float x) {
  if (x <= -18.0F) return 0.0F;
  uint32_t bits, rest;
  memcpy(&bits, &x, sizeof(bits));
  const int32_t exponent = (int32_t)(bits >> 23 & 0xFF);
  const uint32_t significand = (bits & 0x7FFFFFu) | (exponent != 0 ? 0x800000u : 0);
  const int32_t left = tm_max(exponent, 1) - 150 + 64 - TM_EXP_HALVINGS; /* 35 at most */
  const uint64_t z = left >= 0 ? (uint64_t)significand << left : left > -32 ? significand >> -left : 0;
  uint64_t result = UINT64_MAX;
  for (uint32_t n = 6; n > 0; n--) result = UINT64_MAX - tm_divide(high_product(z, result), n, &rest);
  for (int32_t i = 0; i < TM_EXP_HALVINGS; i++) result = high_product(result, result);
  return (float)result * TM_TWO_TO_MINUS_64;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output)) return;
  const float inverse = 1.0F / output.scale;
  /* Beyond, C leaves TFLM's conversion undefined. */
  if (!tm_require(model, 255.0F * (source.scale > 1.0F ? source.scale : 1.0F) * inverse < 1073741824.0F)) return;
  int8_t *table = tm_lookup_add(model, &source, &output);
  for (int32_t i = 0; table != NULL && i < 256; i++) {
    float real = source.scale * (float)((int8_t)i - source.zero_point);
    if (real < 0.0F) real = exp_of(real) - 1.0F;
    table[i] = tm_lookup_result(&output, tm_round(real * inverse));
  }
}

const tm_operator tm_op_elu = {111, prepare};
