#include "tm_exponents.h"

#define TM_INTEGER_BITS 5 /* of a scaled difference: exp(-32) is 0 for the sum */

bool tm_exponents_of(tm_interpreter *model, float scale, float beta, tm_exponents *exponents) {
  tm_factor factor = tm_factor_of(scale, beta, 1.0F, 31 - TM_INTEGER_BITS);
  if (factor.shift > 31) { /* TFLM's limit */
    factor.multiplier = INT32_MAX;
    factor.shift = 31;
  }
  const bool above_one = factor.shift > 1 || (factor.shift == 1 && factor.multiplier > 1 << 30);
  if (!tm_require(model, above_one)) return false;
  exponents->factor = factor;
  exponents->size = tm_min(255, tm_input_radius(TM_INTEGER_BITS, factor.shift)) + 1;
  return true;
}

int32_t *tm_differences_take(tm_interpreter *model, const tm_exponents *exponents) {
  int32_t *scaled = tm_take(model, (uint32_t)exponents->size * (uint32_t)sizeof(*scaled));
  for (int32_t i = 0; scaled != NULL && i < exponents->size; i++) {
    scaled[i] = tm_scaled(-i, exponents->factor);
  }
  return scaled;
}

int32_t *tm_exps_take(tm_interpreter *model, const tm_exponents *exponents) {
  int32_t *exps = tm_differences_take(model, exponents);
  for (int32_t i = 0; exps != NULL && i < exponents->size; i++) {
    exps[i] = tm_exp_of_negative(exps[i], TM_INTEGER_BITS);
  }
  return exps;
}

const int32_t *tm_exps_of(tm_interpreter *model, float scale, int32_t *size) {
  const uint32_t beta = (uint32_t)tm_option(model, TM_FIELD(0, 4), 0);
  if (!tm_require(model, tm_is_positive(beta))) return NULL;
  tm_exponents exponents;
  if (!tm_exponents_of(model, scale, tm_float(beta), &exponents)) return NULL;
  *size = exponents.size;
  const int32_t *exps = tm_prepared(model, (uint32_t)*size * (uint32_t)sizeof(*exps));
  if (exps == NULL) exps = tm_exps_take(model, &exponents);
  if (exps == NULL) return NULL;
  bool possible = exps[0] == INT32_MAX; /* the kernel's sums begin with 1.0 */
  for (int32_t i = 0; i < *size; i++) possible = possible && exps[i] >= 0;
  tm_require(model, possible);
  return exps;
}
