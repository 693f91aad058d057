#include "tm_graph.h"

#include <string.h>

#define TM_SCHEMA_VERSION 3
#define TM_OPERATOR_CODES 210 /* that the schema knows */

bool tm_fail(tm_interpreter *model, int32_t error, uint32_t index, uint32_t detail) {
  if (model->status.error == TM_OK) {
    model->status.error = error;
    model->status.index = index;
    model->status.detail = detail;
  }
  return false;
}

bool tm_is_ok(tm_interpreter *model) {
  if (model->file.malformed) tm_fail(model, TM_ERROR_MALFORMED, 0, 0);
  return model->status.error == TM_OK;
}

void *tm_take(tm_interpreter *model, uint32_t size) {
  if (size > model->free_end - model->tensor_bytes) {
    tm_fail(model, TM_ERROR_ARENA, 0, size);
    return NULL;
  }
  model->free_end = (model->free_end - size) & ~(TM_ALIGNMENT - 1); /* tensor_bytes is a multiple, too */
  return model->arena + model->free_end;
}

/* Bytes of an element of each type; 0 for those that no operator here computes with. */
static const uint8_t type_bytes[] = {4, 0, 4, 1, 8, 0, 1, 2, 0, 1, 8, 0, 0, 0, 0, 4, 2};

static TM_COLD bool shape_read(tm_flatbuffer *file, uint32_t table, tm_tensor *tensor) {
  const tm_vector shape = tm_vector_of(file, table, 0, 4);
  if (shape.length > TM_MAX_RANK) return false;
  tensor->rank = shape.length;
  tensor->elements = 1;
  for (uint32_t i = 0; i < shape.length; i++) {
    const int32_t n = tm_int32_at(file, shape, i);
    if (n < 1 || n > TM_MAX_ELEMENTS || (uint64_t)tensor->elements * (uint32_t)n > TM_MAX_ELEMENTS) return false;
    tensor->shape[i] = n;
    tensor->elements *= n;
  }
  return true;
}

static TM_COLD bool quantization_read(tm_flatbuffer *file, uint32_t table, tm_tensor *tensor) {
  tensor->scales = 0;
  if (table == 0) return true;
  const tm_vector scales = tm_vector_of(file, table, 2, 4), zero_points = tm_vector_of(file, table, 3, 8);
  tensor->scales = scales.length;
  tensor->scales_at = scales.start;
  tensor->axis = tm_scalar(file, table, 6, 4, 0);
  tensor->zero_point = 0;
  if (scales.length == 0) return true;
  if (zero_points.length != 0) {
    if (zero_points.length != scales.length) return false;
    tensor->zero_point = tm_int32_at(file, zero_points, 0);
    if (tm_int32_at(file, zero_points, 1) != tensor->zero_point >> 31) tensor->zero_point = INT32_MAX;
  }
  for (uint32_t i = 0; i < scales.length; i++) {
    const uint32_t bits = tm_read(file, scales.start + 4 * i, 4);
    if (bits - 1u >= 0x7F7FFFFFu) return false; /* not a finite number above 0 */
  }
  tensor->scale = tm_float(file, scales.start);
  return scales.length == 1 ||
         ((uint32_t)tensor->axis < tensor->rank && (uint32_t)tensor->shape[tensor->axis] == scales.length);
}

/* Find a constant's values. */
static TM_COLD bool data_read(tm_interpreter *model, uint32_t table, tm_tensor *tensor) {
  tm_flatbuffer *file = &model->file;
  const uint32_t buffer = (uint32_t)tm_scalar(file, table, 2, 4, 0);
  if (buffer >= model->buffers.length) return false;
  const tm_vector data = tm_vector_of(file, tm_table_at(file, model->buffers, buffer), 0, 1);
  tensor->is_constant = data.length != 0;
  tensor->data = NULL;
  if (!tensor->is_constant) return true;
  tensor->data = (uint8_t *)(uintptr_t)(file->data + data.start);
  const uint32_t alignment = tensor->bytes / (uint32_t)tensor->elements < 4 ? 1 : 4; /* kernels read whole words */
  return data.length == tensor->bytes && (uintptr_t)tensor->data % alignment == 0;
}

/* Where a tensor lies in the arena. The plan was checked when it was made or taken. */
static TM_COLD uint8_t *planned(tm_interpreter *model, int32_t index) {
  if (model->offsets != NULL) return model->arena + model->offsets[index];
  if (model->plan.length == 0) return NULL;
  const uint32_t offset = (uint32_t)tm_int32_at(&model->file, model->plan, (uint32_t)index);
  return offset == TM_UNPLANNED ? NULL : model->arena + offset;
}

bool tm_tensor_read(tm_interpreter *model, int32_t index, tm_tensor *tensor) {
  tm_flatbuffer *file = &model->file;
  const uint32_t table = tm_table_at(file, model->tensors, (uint32_t)index);
  tensor->index = index;
  tensor->type = tm_scalar(file, table, 1, 1, 0);
  const uint32_t size = (uint32_t)tensor->type < sizeof(type_bytes) ? type_bytes[tensor->type] : 0;
  const bool sparse = tm_table(file, table, 6) != 0;
  if (size == 0 || sparse || !shape_read(file, table, tensor))
    return tm_fail(model, TM_ERROR_TENSOR, (uint32_t)index, 0);
  tensor->bytes = (uint32_t)tensor->elements * size;
  if (!quantization_read(file, tm_table(file, table, 4), tensor) || !data_read(model, table, tensor)) {
    return tm_fail(model, TM_ERROR_TENSOR, (uint32_t)index, 0);
  }
  if (!tensor->is_constant) tensor->data = planned(model, index);
  return tm_is_ok(model);
}

bool tm_place_read(tm_interpreter *model, int32_t index, tm_tensor *tensor) {
  if (!tm_tensor_read(model, index, tensor)) return false;
  return tensor->data != NULL || tm_fail(model, TM_ERROR_PLAN, model->node.index, (uint32_t)index);
}

/* The code of the operator code in entry `index`. */
static TM_COLD int32_t code_read(tm_interpreter *model, uint32_t index) {
  tm_flatbuffer *file = &model->file;
  const uint32_t table = tm_table_at(file, model->codes, index);
  const int32_t old = tm_scalar(file, table, 0, 1, 0), code = tm_scalar(file, table, 3, 4, 0);
  return old > code ? old : code; /* the first is the field of old files, which ends at 127 */
}

tm_node tm_node_read(tm_interpreter *model, uint32_t index) {
  tm_flatbuffer *file = &model->file;
  const uint32_t table = tm_table_at(file, model->operators, index);
  const uint32_t code = (uint32_t)tm_scalar(file, table, 0, 4, 0);
  tm_node node;
  node.index = index;
  node.code = code < model->codes.length ? code_read(model, code) : -1;
  node.inputs = tm_vector_of(file, table, 1, 4);
  node.outputs = tm_vector_of(file, table, 2, 4);
  node.options = tm_table(file, table, 4);
  return node;
}

/* What a list of tensors may hold: tensors that have a value already, or such that get theirs now. */
enum { TM_HAS_VALUE, TM_HAS_VALUE_OR_ABSENT, TM_GETS_VALUE };

/* Whether a list holds what it may. The arena holds one bit a tensor: whether it has a value so far. */
static TM_COLD bool list_check(tm_interpreter *model, tm_vector list, uint32_t may) {
  for (uint32_t i = 0; i < list.length; i++) {
    const int32_t at = tm_int32_at(&model->file, list, i);
    if (at == -1 && may == TM_HAS_VALUE_OR_ABSENT) continue;
    if ((uint32_t)at >= model->tensors.length) return false;
    uint8_t *known = &model->arena[at / 8];
    const uint8_t bit = (uint8_t)(1 << at % 8);
    if (((*known & bit) == 0) != (may == TM_GETS_VALUE)) return false;
    *known |= bit;
  }
  return true;
}

static TM_COLD bool parts_find(tm_interpreter *model) {
  tm_flatbuffer *file = &model->file;
  if (file->size < 8 || !tm_is_same(file->data + 4, "TFL3", 4)) return tm_fail(model, TM_ERROR_IDENTIFIER, 0, 0);
  const uint32_t root = tm_follow(file, 0);
  const uint32_t version = (uint32_t)tm_scalar(file, root, 0, 4, 0);
  const tm_vector subgraphs = tm_vector_of(file, root, 2, 4);
  model->codes = tm_vector_of(file, root, 1, 4);
  model->buffers = tm_vector_of(file, root, 4, 4);
  if (!tm_is_ok(model)) return false;
  if (version != TM_SCHEMA_VERSION) return tm_fail(model, TM_ERROR_VERSION, 0, version);
  if (subgraphs.length != 1) return tm_fail(model, TM_ERROR_SUBGRAPHS, 0, subgraphs.length);
  const uint32_t graph = tm_table_at(file, subgraphs, 0);
  model->tensors = tm_vector_of(file, graph, 0, 4);
  model->inputs = tm_vector_of(file, graph, 1, 4);
  model->outputs = tm_vector_of(file, graph, 2, 4);
  model->operators = tm_vector_of(file, graph, 3, 4);
  if (model->tensors.length > TM_MAX_TENSORS || model->operators.length > TM_MAX_TENSORS) {
    return tm_fail(model, TM_ERROR_GRAPH, 0, model->tensors.length);
  }
  return tm_is_ok(model);
}

bool tm_graph_read(tm_interpreter *model) {
  if (!parts_find(model)) return false;
  const uint32_t known_bytes = (model->tensors.length + 7) / 8;
  if (known_bytes > model->arena_size) return tm_fail(model, TM_ERROR_ARENA, 0, 0);
  memset(model->arena, 0, known_bytes);
  for (uint32_t i = 0; i < model->tensors.length; i++) {
    tm_tensor tensor;
    if (!tm_tensor_read(model, (int32_t)i, &tensor)) return false;
    if (tensor.is_constant) model->arena[i / 8] |= (uint8_t)(1 << i % 8);
  }
  bool possible = model->inputs.length != 0 && model->outputs.length != 0 &&
                  list_check(model, model->inputs, TM_GETS_VALUE); /* no constant, and none twice */
  uint32_t index = 0;
  for (; possible && index < model->operators.length; index++) {
    const tm_node node = tm_node_read(model, index);
    possible = (uint32_t)node.code < TM_OPERATOR_CODES && list_check(model, node.inputs, TM_HAS_VALUE_OR_ABSENT) &&
               list_check(model, node.outputs, TM_GETS_VALUE) && tm_is_ok(model);
  }
  if (possible && list_check(model, model->outputs, TM_HAS_VALUE)) return tm_is_ok(model);
  tm_is_ok(model); /* what is malformed is told as such */
  return tm_fail(model, TM_ERROR_GRAPH, index == 0 ? 0 : index - 1, 0);
}
