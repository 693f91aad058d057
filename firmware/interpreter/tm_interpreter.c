#include "tm_interpreter.h"

#include <string.h>

#include "tm_operators.h"
#include "tm_plan.h"

/* The places of the model's inputs or outputs. */
static TM_COLD const tm_buffer *ports(tm_interpreter *model, const tm_vector *tensors) {
  tm_buffer *buffers = tm_take(model, tensors->length * (uint32_t)sizeof(*buffers));
  for (uint32_t i = 0; buffers != NULL && i < tensors->length; i++) {
    tm_tensor tensor;
    if (!tm_place_read(model, tm_int32_at(&model->file, *tensors, i), &tensor)) break;
    buffers[i].data = tensor.data;
    buffers[i].size = tensor.bytes;
  }
  return buffers;
}

/* Whether the first of `tensors` has integers of 16 bits and more. */
static TM_COLD bool is_wide(tm_interpreter *model, const tm_vector *tensors) {
  const uint32_t types = 1u << TM_INT16 | 1u << TM_INT32 | 1u << TM_INT64;
  const int32_t index = tensors->length == 0 ? -1 : tm_int32_at(&model->file, *tensors, 0);
  tm_tensor tensor;
  return index >= 0 && tm_tensor_read(model, index, &tensor) && (types >> tensor.type & 1) != 0;
}

static TM_COLD void prepare(tm_interpreter *model, const tm_operator *const *operators, uint32_t index) {
  tm_node_read(model, index, &model->node);
  const bool wide = is_wide(model, &model->node.inputs) || is_wide(model, &model->node.outputs);
  const int32_t mask = wide ? TM_OPERATOR_WIDE - 1 : ~TM_OPERATOR_COMPUTED;
  while (*operators != NULL && ((*operators)->code & mask) != model->node.code) operators++;
  if (*operators == NULL) {
    tm_fail(model, TM_ERROR_OPERATOR, index, (uint32_t)model->node.code);
  } else {
    (*operators)->prepare(model);
  }
}

bool tm_interpreter_load(tm_interpreter *model, const tm_operator *const *operators, const tm_special *specials,
                         const uint8_t *data, uint32_t size, tm_model *descriptor) {
  memset(model, 0, sizeof(*model));
  memset(&descriptor->status, 0, sizeof(descriptor->status));
  descriptor->layer_count = descriptor->input_count = descriptor->output_count = 0;
  model->descriptor = descriptor;
  model->file.data = data;
  model->file.size = size;
  model->specials = specials;
  model->arena = descriptor->arena;
  model->free_end = descriptor->arena_size & ~(TM_ALIGNMENT - 1);
  if (!tm_graph_read(model) || !tm_plan_make(model)) return false;
  const uint32_t most = model->operators.length;
  descriptor->inputs = ports(model, &model->inputs);
  descriptor->outputs = ports(model, &model->outputs);
  model->layers = tm_take(model, most * (uint32_t)sizeof(*model->layers));
  descriptor->layer_outputs = model->layer_outputs =
      tm_take(model, most * (uint32_t)sizeof(*model->layer_outputs));
  for (uint32_t i = 0; i < most && tm_is_ok(model); i++) prepare(model, operators, i);
  if (!tm_is_ok(model)) return false;
  descriptor->layer_count = model->layer_count;
  descriptor->input_count = model->inputs.length;
  descriptor->output_count = model->outputs.length;
  return true;
}

void tm_interpreter_run(tm_interpreter *model, uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end; i++) {
    model->layer = i;
    model->layers[i].run(model->layers[i].call);
  }
}
