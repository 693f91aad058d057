/* SOFTMAX; see tinyml/ops/softmax.py. */
#include "softmax_s8.h"
#include "tm_exponents.h"

#define TM_MAX_DEPTH 511 /* TFLM's sum of exponentials keeps 12 integer bits, its last shift allows 9 of them */

typedef struct {
  tm_softmax_s8_params params;
  const int8_t *input;
  const int32_t *exps;
  int8_t *output;
} softmax_call;

static void run(const void *data) {
  const softmax_call *call = data;
  tm_softmax_s8(&call->params, call->input, call->exps, call->output);
}

/* The exponentials of all differences whose exponential is not 0. */
static TM_COLD const int32_t *exponentials(tm_interpreter *model, float scale, int32_t *size) {
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

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output) ||
      !tm_require(model, tm_same_shape(&source, &output) && source.rank != 0 && output.scale == 1.0F / 256.0F &&
                             output.zero_point == INT8_MIN) ||
      !tm_require_apart(model, &source, &output, true)) {
    return;
  }
  const int32_t depth = source.shape[source.rank - 1];
  if (!tm_require(model, depth <= TM_MAX_DEPTH)) return;
  int32_t size = 0;
  const int32_t *exps = exponentials(model, source.scale, &size);
  softmax_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  call->params.rows = source.elements / depth;
  call->params.depth = depth;
  call->params.exp_size = size;
  call->input = (const int8_t *)source.data;
  call->exps = exps;
  call->output = (int8_t *)output.data;
}

const tm_operator tm_op_softmax = {25, prepare};
