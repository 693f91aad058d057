/* TANH; see tinyml/ops/tanh.py. */
#include "tm_lookup.h"
#include "tm_reciprocal.h"

/* tanh(x), 2^31 standing for 1.0 (gemmlowp's tanh): 2 / (1 + exp(-2x)) - 1. */
static TM_COLD int32_t hyperbolic_tangent(int32_t x) {
  if (x == 0) return 0;
  /* One integer bit more doubles what the value stands for. */
  const int32_t rest = tm_reciprocal_estimate(tm_exp_of_negative(x > 0 ? -x : x, 5)) - (1 << 29);
  const int32_t positive = rest > INT32_MAX / 4 ? INT32_MAX : rest * 4;
  return x > 0 ? positive : -positive;
}

static TM_COLD void prepare(tm_interpreter *model) { tm_lookup_sigmoid(model, hyperbolic_tangent, 7, 0); }

const tm_operator tm_op_tanh = {28, prepare};
