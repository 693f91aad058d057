/* LOGISTIC; see tinyml/ops/logistic.py. */
#include "tm_lookup.h"
#include "tm_reciprocal.h"

/* 1 / (1 + exp(-x)), 2^31 standing for 1.0 (gemmlowp's logistic). */
static TM_COLD int32_t logistic(int32_t x) {
  if (x == 0) return 1 << 30;
  const int32_t positive = tm_reciprocal(tm_exp_of_negative(x > 0 ? -x : x, 4));
  return x > 0 ? positive : INT32_MAX - positive;
}

static TM_COLD void prepare(tm_interpreter *model) { tm_lookup_sigmoid(model, logistic, 8, INT8_MIN); }

const tm_operator tm_op_logistic = {14, prepare};
