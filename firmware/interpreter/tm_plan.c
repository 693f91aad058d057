#include "tm_plan.h"

#include "tm_operators.h"

/* A plan made on the host; see tinyml/generate/offline.py. The form is TensorFlow Lite Micro's: int32 numbers 0
 * (format), 0 (subgraph), number of tensors, and the offset of each. */
static const char metadata_name[] = "TinymlMemoryPlan";
#define TM_PLAN_HEADER 3

static TM_COLD tm_vector metadata_find(tm_interpreter *model) {
  tm_flatbuffer *file = &model->file;
  const tm_vector none = {0, 0}, entries = tm_vector_of(file, tm_follow(file, 0), 6, 4);
  for (uint32_t i = 0; i < entries.length; i++) {
    const uint32_t entry = tm_table_at(file, entries, i);
    const tm_vector name = tm_vector_of(file, entry, 0, 1);
    const uint32_t buffer = (uint32_t)tm_scalar(file, entry, 1, 4, 0);
    if (name.length == sizeof(metadata_name) - 1 && buffer < model->buffers.length &&
        tm_is_same(file->data + name.start, metadata_name, name.length)) {
      tm_vector plan = tm_vector_of(file, tm_table_at(file, model->buffers, buffer), 0, 1);
      plan.length /= 4;
      if (plan.length != TM_PLAN_HEADER + model->tensors.length || tm_int32_at(file, plan, 0) != 0 ||
          tm_int32_at(file, plan, 1) != 0 || (uint32_t)tm_int32_at(file, plan, 2) != model->tensors.length) {
        return none;
      }
      plan.start += 4 * TM_PLAN_HEADER;
      plan.length -= TM_PLAN_HEADER;
      return plan;
    }
  }
  return none;
}

/* The tensor whose bytes an operator's output is, or -1. */
static TM_COLD int32_t alias_of(tm_interpreter *model, const tm_node *node) {
  if (node->code != TM_OPERATOR_RESHAPE || node->inputs.length == 0) return -1;
  const int32_t source = tm_int32_at(&model->file, node->inputs, 0);
  tm_tensor tensor;
  if (source < 0 || !tm_tensor_read(model, source, &tensor) || tensor.is_constant) return -1;
  return source;
}

/* Count the bytes from `offset` on as taken. */
static TM_COLD void keep(tm_interpreter *model, uint32_t offset, uint32_t bytes) {
  const uint32_t end = (offset + bytes + TM_ALIGNMENT - 1) & ~(TM_ALIGNMENT - 1);
  if (end > model->tensor_bytes) model->tensor_bytes = end;
}

/* Whether every tensor that has an offset lies inside the arena. One that needs an offset and has none is met when
 * an operator asks for it. */
static TM_COLD bool plan_fits(tm_interpreter *model, tm_vector plan) {
  for (uint32_t i = 0; i < plan.length; i++) {
    tm_tensor tensor;
    const uint32_t offset = (uint32_t)tm_int32_at(&model->file, plan, i);
    if (!tm_tensor_read(model, (int32_t)i, &tensor)) return false;
    if (tensor.is_constant || offset == TM_UNPLANNED) continue;
    if (offset % 4 != 0) return tm_fail(model, TM_ERROR_PLAN, 0, i);
    if (offset > model->free_end || tensor.bytes > model->free_end - offset) {
      return tm_fail(model, TM_ERROR_ARENA, 0, i);
    }
    keep(model, offset, tensor.bytes);
  }
  return true;
}

/* What a plan needs to know of a tensor; times are counted in operators. */
typedef struct {
  int32_t first; /* -1: it is no tensor of the arena */
  int32_t last;
  int32_t root; /* itself, or the tensor in whose place it lies */
  uint32_t bytes;
} tm_life;

static TM_COLD void life_begin(tm_interpreter *model, tm_life *lives, int32_t index, int32_t alias, int32_t time) {
  tm_tensor tensor;
  tm_tensor_read(model, index, &tensor);
  tm_life *root = &lives[alias >= 0 ? lives[alias].root : index];
  lives[index].first = time;
  lives[index].root = (int32_t)(root - lives);
  root->last = time;
  if (tensor.bytes > root->bytes) root->bytes = tensor.bytes;
}

static TM_COLD void lives_find(tm_interpreter *model, tm_life *lives) {
  tm_flatbuffer *file = &model->file;
  for (uint32_t i = 0; i < model->tensors.length; i++) {
    const tm_life unused = {-1, 0, (int32_t)i, 0};
    lives[i] = unused;
  }
  for (uint32_t i = 0; i < model->inputs.length; i++) {
    life_begin(model, lives, tm_int32_at(file, model->inputs, i), -1, 0);
  }
  for (uint32_t at = 0; at < model->operators.length; at++) {
    const tm_node node = tm_node_read(model, at);
    for (uint32_t i = 0; i < node.inputs.length; i++) {
      const int32_t input = tm_int32_at(file, node.inputs, i);
      if (input >= 0) lives[lives[input].root].last = (int32_t)at;
    }
    const int32_t alias = alias_of(model, &node);
    for (uint32_t i = 0; i < node.outputs.length; i++) {
      life_begin(model, lives, tm_int32_at(file, node.outputs, i), alias, (int32_t)at);
    }
  }
  for (uint32_t i = 0; i < model->outputs.length; i++) {
    lives[lives[tm_int32_at(file, model->outputs, i)].root].last = (int32_t)model->operators.length;
  }
}

/* The lowest offset at which `life` meets no tensor that has its place and is alive at the same time. */
static TM_COLD uint32_t place(const tm_interpreter *model, const tm_life *lives, const int32_t *offsets,
                              const tm_life *life) {
  uint32_t offset = 0;
  for (uint32_t i = 0; i < model->tensors.length; i++) {
    const tm_life *other = &lives[i];
    if (offsets[i] < 0 || other->first > life->last || life->first > other->last) continue;
    const uint32_t begin = (uint32_t)offsets[i], end = begin + other->bytes;
    if (offset < end && begin < offset + life->bytes) {
      offset = (end + 3) & ~3u;
      i = (uint32_t)-1; /* those before may be in the way now */
    }
  }
  return offset;
}

static TM_COLD bool plan_compute(tm_interpreter *model) {
  const uint32_t count = model->tensors.length;
  int32_t *offsets = tm_take(model, count * (uint32_t)sizeof(*offsets));
  if (offsets == NULL || count * sizeof(tm_life) > model->free_end) return tm_fail(model, TM_ERROR_ARENA, 0, 0);
  tm_life *lives =
      (tm_life *)(void *)model->arena; /* until operators are prepared, the rest of the arena is free */
  lives_find(model, lives);
  for (uint32_t i = 0; i < count; i++) offsets[i] = -1;
  for (;;) {
    const tm_life *largest = NULL;
    for (uint32_t i = 0; i < count; i++) {
      const bool waits = lives[i].first >= 0 && lives[i].root == (int32_t)i && offsets[i] < 0;
      if (waits && (largest == NULL || lives[i].bytes > largest->bytes)) largest = &lives[i];
    }
    if (largest == NULL) break;
    const uint32_t offset = place(model, lives, offsets, largest);
    if (offset > model->free_end || largest->bytes > model->free_end - offset) {
      return tm_fail(model, TM_ERROR_ARENA, 0, 0);
    }
    offsets[largest - lives] = (int32_t)offset;
    keep(model, offset, largest->bytes);
  }
  for (uint32_t i = 0; i < count; i++) offsets[i] = offsets[lives[i].root];
  model->offsets = offsets;
  return tm_is_ok(model);
}

bool tm_plan_make(tm_interpreter *model) {
  const tm_vector plan = metadata_find(model);
  if (!tm_is_ok(model)) return false;
  if (plan.length == 0) return plan_compute(model);
  if (!plan_fits(model, plan)) return false;
  model->plan = plan;
  return true;
}
