#include "tm_graph.h"

#include <string.h>

#define TM_SCHEMA_VERSION 3
#define TM_OPERATOR_CODES 210 /* that the schema knows */

/* Bytes of an element of each type; 0 for those that no operator here computes with. */
static const uint8_t type_bytes[] = {4, 0, 4, 1, 8, 0, 1, 2, 0, 1, 8, 0, 0, 0, 0, 4, 2, 1};

static TM_COLD bool shape_read(tm_flatbuffer *file, uint32_t table, tm_tensor *tensor) {
  tm_vector shape;
  tm_vector_read(file, table, TM_FIELD(0, 4), &shape);
  if (shape.length > TM_MAX_RANK) return false;
  tensor->rank = shape.length;
  uint32_t elements = 1;
  for (uint32_t i = 0; i < TM_MAX_RANK; i++) {
    const int32_t n = i < shape.length ? tm_int32_at(file, shape, i) : 1;
    if (n < 0 || (elements != 0 && (uint32_t)n > TM_MAX_ELEMENTS / elements)) return false;
    tensor->shape[i] = n;
    elements *= (uint32_t)n;
  }
  tensor->elements = (int32_t)elements;
  return true;
}

static TM_COLD bool quantization_read(tm_flatbuffer *file, uint32_t table, tm_tensor *tensor) {
  tensor->scales.length = 0;
  if (table == 0) return true;
  tm_vector scales, zero_points;
  tm_vector_read(file, table, TM_FIELD(2, 4), &scales);
  tm_vector_read(file, table, TM_FIELD(3, 8), &zero_points);
  tensor->scales = scales;
  tensor->axis = tm_scalar(file, table, TM_FIELD(6, 4), 0);
  tensor->zero_point = 0;
  if (scales.length == 0) return true;
  if (zero_points.length != 0) {
    if (zero_points.length != scales.length) return false;
    tensor->zero_point = tm_int32_at(file, zero_points, 0);
    if (tm_int32_at(file, zero_points, 1) != tensor->zero_point >> 31) tensor->zero_point = INT32_MAX;
  }
  for (uint32_t i = 0; i < scales.length; i++) {
    if (!tm_is_positive((uint32_t)tm_int32_at(file, scales, i))) return false;
  }
  tensor->scale = tm_float((uint32_t)tm_int32_at(file, scales, 0));
  return scales.length == 1 ||
         ((uint32_t)tensor->axis < tensor->rank && (uint32_t)tensor->shape[tensor->axis] == scales.length);
}

bool tm_buffer_read(tm_interpreter *model, uint32_t index, tm_vector *bytes) {
  if (index >= model->buffers.length) return false;
  tm_vector_read(&model->file, tm_table_at(&model->file, model->buffers, index), TM_FIELD(0, 1), bytes);
  return true;
}

/* Find where a tensor's values, elements of `size` bytes, lie. The plan was checked when it was made or taken. */
static TM_COLD bool data_read(tm_interpreter *model, uint32_t table, int32_t index, uint32_t size,
                              tm_tensor *tensor) {
  tm_vector bytes;
  if (!tm_buffer_read(model, (uint32_t)tm_scalar(&model->file, table, TM_FIELD(2, 4), 0), &bytes)) return false;
  tensor->is_constant = bytes.length != 0;
  tensor->is_variable = tm_scalar(&model->file, table, TM_FIELD(5, 1), 0) != 0;
  tensor->data = NULL;
  if (!tensor->is_constant) {
    if (model->offsets != NULL && model->offsets[index] != TM_UNPLANNED) {
      tensor->data = model->arena + model->offsets[index];
    }
    return true;
  }
  tensor->data = (uint8_t *)(uintptr_t)(model->file.data + bytes.start);
  if (bytes.length != tensor->bytes || tensor->is_variable) return false;
  const uint32_t alignment = size < 4 ? size : 4; /* kernels read whole elements, of at most a word */
  return (uintptr_t)tensor->data % alignment == 0;
}

bool tm_tensor_read(tm_interpreter *model, int32_t index, tm_tensor *tensor) {
  tm_flatbuffer *file = &model->file;
  const uint32_t table = tm_table_at(file, model->tensors, (uint32_t)index);
  tensor->type = tm_scalar(file, table, TM_FIELD(1, 1), 0);
  const uint32_t size = (uint32_t)tensor->type < sizeof(type_bytes) ? type_bytes[tensor->type] : 0;
  const bool sparse = tm_table(file, table, 6) != 0;
  bool possible = size != 0 && !sparse && shape_read(file, table, tensor);
  if (possible) {
    tensor->bytes = (uint32_t)tensor->elements * size;
    if (tensor->type == TM_INT4) tensor->bytes = (tensor->bytes + 1) / 2;
    possible =
        quantization_read(file, tm_table(file, table, 4), tensor) && data_read(model, table, index, size, tensor);
  }
  if (!possible) tm_fail(model, TM_ERROR_TENSOR, (uint32_t)index, 0);
  return tm_is_ok(model);
}

bool tm_place_read(tm_interpreter *model, int32_t index, tm_tensor *tensor) {
  if (!tm_tensor_read(model, index, tensor)) return false;
  return tensor->data != NULL || tm_fail(model, TM_ERROR_PLAN, model->node.index, (uint32_t)index);
}

/* The code of the operator code in entry `index`; -1 where there is no such entry. */
static TM_COLD int32_t code_read(tm_interpreter *model, uint32_t index) {
  tm_flatbuffer *file = &model->file;
  if (index >= model->codes.length) return -1;
  const uint32_t table = tm_table_at(file, model->codes, index);
  const int32_t old = tm_scalar(file, table, TM_FIELD(0, 1), 0), code = tm_scalar(file, table, TM_FIELD(3, 4), 0);
  return old > code ? old : code; /* the first is the field of old files, which ends at 127 */
}

void tm_node_read(tm_interpreter *model, uint32_t index, tm_node *node) {
  tm_flatbuffer *file = &model->file;
  const uint32_t table = tm_table_at(file, model->operators, index);
  node->index = index;
  node->code = code_read(model, (uint32_t)tm_scalar(file, table, TM_FIELD(0, 4), 0));
  tm_vector_read(file, table, TM_FIELD(1, 4), &node->inputs);
  tm_vector_read(file, table, TM_FIELD(2, 4), &node->outputs);
  node->options = tm_table(file, table, 4);
}

/* What a list of tensors may hold: tensors that have a value already, or such that get theirs now. */
enum { TM_HAS_VALUE, TM_HAS_VALUE_OR_ABSENT, TM_GETS_VALUE };

/* What is known of a tensor, in that byte of the arena. A variable may be read by one operator, once; after that,
 * or where a tensor has no elements, it may not be used. */
enum { TM_WITHOUT_VALUE, TM_WITH_VALUE, TM_VARIABLE, TM_CLOSED };

/* Whether a list holds what it may. The arena holds one byte a tensor. */
static TM_COLD bool list_check(tm_interpreter *model, const tm_vector *list, uint32_t may) {
  for (uint32_t i = 0; i < list->length; i++) {
    const int32_t at = tm_int32_at(&model->file, *list, i);
    if (at == -1 && may == TM_HAS_VALUE_OR_ABSENT) continue;
    if ((uint32_t)at >= model->tensors.length) return false;
    uint8_t *known = &model->arena[at];
    if (may == TM_HAS_VALUE_OR_ABSENT && *known == TM_VARIABLE) {
      *known = TM_CLOSED;
      continue;
    }
    if (*known != (may == TM_GETS_VALUE ? TM_WITHOUT_VALUE : TM_WITH_VALUE)) return false;
    *known = TM_WITH_VALUE;
  }
  return true;
}

static TM_COLD bool parts_find(tm_interpreter *model) {
  tm_flatbuffer *file = &model->file;
  if (file->size < 8 || !tm_is_same(file->data + 4, "TFL3", 4)) return tm_fail(model, TM_ERROR_IDENTIFIER, 0, 0);
  const uint32_t root = tm_follow(file, 0);
  const uint32_t version = (uint32_t)tm_scalar(file, root, TM_FIELD(0, 4), 0);
  tm_vector subgraphs;
  tm_vector_read(file, root, TM_FIELD(1, 4), &model->codes);
  tm_vector_read(file, root, TM_FIELD(2, 4), &subgraphs);
  tm_vector_read(file, root, TM_FIELD(4, 4), &model->buffers);
  if (!tm_is_ok(model)) return false;
  if (version != TM_SCHEMA_VERSION) return tm_fail(model, TM_ERROR_VERSION, 0, version);
  if (subgraphs.length != 1) return tm_fail(model, TM_ERROR_SUBGRAPHS, 0, subgraphs.length);
  const uint32_t graph = tm_table_at(file, subgraphs, 0);
  tm_vector_read(file, graph, TM_FIELD(0, 4), &model->tensors);
  tm_vector_read(file, graph, TM_FIELD(1, 4), &model->inputs);
  tm_vector_read(file, graph, TM_FIELD(2, 4), &model->outputs);
  tm_vector_read(file, graph, TM_FIELD(3, 4), &model->operators);
  if (model->tensors.length > TM_MAX_TENSORS || model->operators.length > TM_MAX_TENSORS) {
    return tm_fail(model, TM_ERROR_GRAPH, 0, model->tensors.length);
  }
  return tm_is_ok(model);
}

/* Whether an operator reads only what has a value, and writes only what has none. */
static TM_COLD bool operator_check(tm_interpreter *model, uint32_t index) {
  tm_node node;
  tm_node_read(model, index, &node);
  return (uint32_t)node.code < TM_OPERATOR_CODES && list_check(model, &node.inputs, TM_HAS_VALUE_OR_ABSENT) &&
         list_check(model, &node.outputs, TM_GETS_VALUE) && tm_is_ok(model);
}

bool tm_graph_read(tm_interpreter *model) {
  if (!parts_find(model)) return false;
  if (model->tensors.length > model->free_end) return tm_fail(model, TM_ERROR_ARENA, 0, 0);
  for (uint32_t i = 0; i < model->tensors.length; i++) {
    tm_tensor tensor;
    if (!tm_tensor_read(model, (int32_t)i, &tensor)) return false;
    const uint32_t known = tensor.is_constant ? TM_WITH_VALUE : TM_VARIABLE * tensor.is_variable;
    model->arena[i] = tensor.elements == 0 ? TM_CLOSED : (uint8_t)known;
  }
  bool possible = model->inputs.length != 0 && model->outputs.length != 0 &&
                  list_check(model, &model->inputs, TM_GETS_VALUE); /* no constant, and none twice */
  uint32_t index = 0;
  while (possible && index < model->operators.length) {
    possible = operator_check(model, index);
    if (possible) index++;
  }
  possible = possible && list_check(model, &model->outputs, TM_HAS_VALUE);
  return tm_is_ok(model) && (possible || tm_fail(model, TM_ERROR_GRAPH, index, 0)); /* malformed goes first */
}
