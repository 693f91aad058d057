#include "tm_interpreter.h"

#include <string.h>

#include "tm_operators.h"
#include "tm_plan.h"

/* The places of the model's inputs or outputs. */
static TM_COLD tm_buffer *ports(tm_interpreter *model, tm_vector tensors) {
  tm_buffer *buffers = tm_take(model, tensors.length * (uint32_t)sizeof(*buffers));
  for (uint32_t i = 0; buffers != NULL && i < tensors.length; i++) {
    tm_tensor tensor;
    if (!tm_place_read(model, tm_int32_at(&model->file, tensors, i), &tensor)) return NULL;
    buffers[i].data = tensor.data;
    buffers[i].size = tensor.bytes;
  }
  return buffers;
}

static TM_COLD void prepare(tm_interpreter *model, const tm_operator *const *operators, uint32_t index) {
  model->node = tm_node_read(model, index);
  while (*operators != NULL && (*operators)->code != model->node.code) operators++;
  if (*operators == NULL) {
    tm_fail(model, TM_ERROR_OPERATOR, index, (uint32_t)model->node.code);
  } else {
    (*operators)->prepare(model);
  }
}

tm_status tm_interpreter_load(tm_interpreter *model, const tm_operator *const *operators,
                              const tm_special *specials, const uint8_t *data, uint32_t size, uint8_t *arena,
                              uint32_t arena_size) {
  memset(model, 0, sizeof(*model));
  model->file.data = data;
  model->file.size = size;
  model->specials = specials;
  model->arena = arena;
  model->arena_size = arena_size;
  model->free_end = arena_size & ~(TM_ALIGNMENT - 1);
  if (!tm_graph_read(model) || !tm_plan_make(model)) return model->status;
  const uint32_t most = model->operators.length;
  model->input_buffers = ports(model, model->inputs);
  model->output_buffers = ports(model, model->outputs);
  model->layers = tm_take(model, most * (uint32_t)sizeof(tm_layer));
  model->layer_outputs = tm_take(model, most * (uint32_t)sizeof(tm_buffer));
  for (uint32_t i = 0; i < most && tm_is_ok(model); i++) prepare(model, operators, i);
  tm_is_ok(model);
  return model->status;
}

void tm_interpreter_run(const tm_interpreter *model, uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end; i++) model->layers[i].run(model->layers[i].call);
}
