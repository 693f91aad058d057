/* L2_NORMALIZATION; see tinyml/ops/l2_normalization.py. */
#include "l2_normalization_s8.h"
#include "tm_quantized.h"

#define TM_L2_MAX_RANK 4      /* TFLM's */
#define TM_L2_MAX_DEPTH 33025 /* elements whose squares' sum fits 31 bits */

typedef struct {
  tm_l2_normalization_s8_params params;
  const int8_t *input;
  int8_t *output;
} l2_normalization_call;

static void run(const void *data) {
  const l2_normalization_call *call = data;
  tm_l2_normalization_s8(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output) ||
      !tm_require(model, tm_same_shape(&source, &output) && source.rank >= 1 && source.rank <= TM_L2_MAX_RANK &&
                             tm_option(model, TM_FIELD(0, 1), 0) == 0 && output.scale == 1.0F / 128.0F &&
                             output.zero_point == 0)) {
    return;
  }
  const int32_t depth = source.shape[source.rank - 1];
  if (!tm_require(model, depth <= TM_L2_MAX_DEPTH) || !tm_require_apart(model, &source, &output, true)) return;
  l2_normalization_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const l2_normalization_call made = {
      .params = {.rows = source.elements / depth, .depth = depth, .input_offset = -source.zero_point},
      .input = (const int8_t *)source.data,
      .output = (int8_t *)output.data,
  };
  *call = made;
}

const tm_operator tm_op_l2_normalization = {11, prepare};
