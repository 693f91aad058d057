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
  const int32_t *exps = tm_exps_of(model, source.scale, &size);
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
