/* CUMSUM; see tinyml/ops/cumsum.py. */
#include "cumsum_s8.h"
#include "tm_quantized.h"

#define TM_SUM_SHIFT 19 /* bits of a sum below the input's scale */

typedef struct {
  tm_cumsum_s8_params params;
  const int8_t *input;
  int8_t *output;
} cumsum_call;

static void run(const void *data) {
  const cumsum_call *call = data;
  tm_cumsum_s8(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  uint32_t axis;
  if (!tm_int8_pair(model, 2, 2, &source, &output) || !tm_axis_of(model, &source, &axis)) return;
  const tm_factor factor = tm_factor_of(source.scale, 1.0F, output.scale, -TM_SUM_SHIFT);
  if (!tm_require(model, tm_same_shape(&source, &output) && source.zero_point == 0 && factor.shift <= 0) ||
      !tm_require_apart(model, &source, &output, true)) {
    return;
  }
  cumsum_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const cumsum_call made = {
      .params = {.outer = tm_size_between(&source, 0, axis),
                 .size = source.shape[axis],
                 .inner = tm_size_between(&source, axis + 1, source.rank),
                 .exclusive = tm_option(model, TM_FIELD(0, 1), 0) != 0,
                 .reverse = tm_option(model, TM_FIELD(1, 1), 0) != 0,
                 .multiplier = factor.multiplier,
                 .shift = factor.shift,
                 .output_offset = output.zero_point},
      .input = (const int8_t *)source.data,
      .output = (int8_t *)output.data,
  };
  *call = made;
}

const tm_operator tm_op_cumsum = {128, prepare};
