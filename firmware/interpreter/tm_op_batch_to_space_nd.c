/* BATCH_TO_SPACE_ND; see tinyml/ops/batch_to_space_nd.py. */
#include "batch_to_space.h"
#include "tm_batches.h"

typedef struct {
  tm_batch_to_space_params params;
  const int8_t *input;
  int8_t *output;
} space_call;

static void run(const void *data) {
  const space_call *call = data;
  tm_batch_to_space(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  tm_side height, width;
  if (!tm_batches_read(model, false, &source, &output, &height, &width) ||
      !tm_require_apart(model, &source, &output, false)) {
    return;
  }
  space_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const space_call made = {
      .params = {.batches = output.shape[0],
                 .height = height.size,
                 .width = width.size,
                 .block_height = height.block,
                 .block_width = width.block,
                 .rows = height.count,
                 .columns = width.count,
                 .top = height.before,
                 .left = width.before,
                 .run = output.shape[output.rank - 1] * (int32_t)(output.bytes / (uint32_t)output.elements)},
      .input = (const int8_t *)source.data,
      .output = (int8_t *)output.data,
  };
  *call = made;
}

const tm_operator tm_op_batch_to_space_nd = {37, prepare};
