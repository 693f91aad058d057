/* EMBEDDING_LOOKUP; see tinyml/ops/embedding_lookup.py. */
#include "embedding_s8_f32.h"
#include "tm_pick.h"

typedef struct {
  tm_embedding_s8_f32_params params;
  const int8_t *input;
  const int32_t *indices;
  float *output;
} embedding_call;

static void run(const void *data) {
  const embedding_call *call = data;
  tm_embedding_s8_f32(&call->params, call->input, call->indices, call->output);
}

static TM_COLD void dequantized_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *indices,
                                    const tm_tensor *output) {
  const int32_t *values = (const int32_t *)(const void *)indices->data;
  if (!tm_require(model, tm_is_int8(source) && source->zero_point == 0) ||
      !tm_require_apart(model, source, output, false) || !tm_require_apart(model, indices, output, false)) {
    return;
  }
  for (int32_t i = 0; indices->is_constant && i < indices->elements; i++) {
    if (!tm_require(model, values[i] >= 0 && values[i] < source->shape[0])) return;
  }
  embedding_call *call = tm_layer_add(model, run, sizeof(*call), output);
  if (call == NULL) return;
  call->params.rows = source->shape[0];
  call->params.columns = source->elements / source->shape[0];
  call->params.picks = indices->elements;
  call->params.scale = source->scale;
  call->input = (const int8_t *)source->data;
  call->indices = values;
  call->output = (float *)(void *)output->data;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, indices, output;
  if (!tm_require(model, model->node.inputs.length == 2) || !tm_input(model, 1, &source) ||
      !tm_output(model, &output) || !tm_input(model, 0, &indices)) {
    return;
  }
  const bool dequantizes = source.type == TM_INT8 && output.type == TM_FLOAT32;
  if (!tm_require(model, tm_is_moved(&source, TM_TYPES_8_32F) &&
                             tm_is_moved(&output, dequantizes ? TM_TYPE(TM_FLOAT32) : TM_TYPE(source.type)) &&
                             indices.type == TM_INT32 && indices.rank == 1 && source.rank >= 2 &&
                             output.rank == source.rank && output.shape[0] == indices.shape[0])) {
    return;
  }
  for (uint32_t i = 1; i < output.rank; i++) {
    if (!tm_require(model, output.shape[i] == source.shape[i])) return;
  }
  const tm_pick pick = {0, 1, 1};
  if (dequantizes) {
    dequantized_add(model, &source, &indices, &output);
  } else {
    tm_pick_add(model, &source, &indices, &output, pick);
  }
}

const tm_operator tm_op_embedding_lookup = {7, prepare};
