/* LOG_SOFTMAX; see tinyml/ops/log_softmax.py. */
#include "log_softmax_s8.h"
#include "tm_exponents.h"

#define TM_LOG_MAX_DEPTH 4095 /* classes whose sum of exponentials fits TFLM's 12 integer bits */

typedef struct {
  tm_log_softmax_s8_params params;
  const int8_t *input;
  const int32_t *differences;
  const int32_t *exps;
  int8_t *output;
} log_softmax_call;

static void run(const void *data) {
  const log_softmax_call *call = data;
  tm_log_softmax_s8(&call->params, call->input, call->differences, call->exps, call->output);
}

/* 2^(31 - shift) / multiplier, computed as a 64-bit float would be: 53 bits, ties to even, and from there 31. */
static TM_COLD tm_factor inverse_of(tm_factor factor) {
  const uint32_t divisor = (uint32_t)factor.multiplier;
  uint32_t rest;
  uint64_t quotient = tm_divide((uint64_t)1 << 61, divisor, &rest) << 22;
  quotient |= tm_divide((uint64_t)rest << 22, divisor, &rest);
  const uint64_t twice = (uint64_t)rest * 2;
  if (twice > divisor || (twice == divisor && (quotient & 1) != 0)) quotient++;
  const uint32_t multiplier = (uint32_t)((quotient + (1u << 21)) >> 22);
  const tm_factor inverse = {(int32_t)multiplier, 1 - factor.shift}, power = {1 << 30, 2 - factor.shift};
  return multiplier >> 31 != 0 ? power : inverse;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  tm_exponents exponents;
  if (!tm_int8_pair(model, 1, 1, &source, &output) ||
      !tm_require(model, tm_same_shape(&source, &output) && source.rank != 0 && output.scale == 1.0F / 16.0F &&
                             output.zero_point == INT8_MAX) ||
      !tm_require_apart(model, &source, &output, true)) {
    return;
  }
  const int32_t depth = source.shape[source.rank - 1];
  if (!tm_require(model, depth <= TM_LOG_MAX_DEPTH) || !tm_exponents_of(model, source.scale, 1.0F, &exponents)) {
    return;
  }
  const int32_t *differences = tm_differences_take(model, &exponents);
  const int32_t *exps = tm_exps_take(model, &exponents);
  const tm_factor inverse = inverse_of(exponents.factor);
  log_softmax_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const log_softmax_call made = {
      .params = {.rows = source.elements / depth,
                 .depth = depth,
                 .size = exponents.size,
                 .inverse_multiplier = inverse.multiplier,
                 .inverse_shift = inverse.shift},
      .input = (const int8_t *)source.data,
      .differences = differences,
      .exps = exps,
      .output = (int8_t *)output.data,
  };
  *call = made;
}

const tm_operator tm_op_log_softmax = {50, prepare};
