#include "tm_plan.h"

#include "tm_operators.h"

/* A plan made on the host; see tinyml/generate/offline.py. The form is TensorFlow Lite Micro's: int32 numbers 0
 * (format), 0 (subgraph), number of tensors, and the offset of each, read in place. Arrays that operators need
 * follow. */
static const char metadata_name[] = "TinymlMemoryPlan";
#define TM_PLAN_HEADER 3

/* The offsets in the file's metadata; NULL where it has none for this model. */
static TM_COLD const int32_t *offsets_find(tm_interpreter *model) {
  tm_flatbuffer *file = &model->file;
  const uint32_t count = model->tensors.length;
  tm_vector entries, name, plan;
  tm_vector_read(file, tm_follow(file, 0), TM_FIELD(6, 4), &entries);
  for (uint32_t i = 0; i < entries.length; i++) {
    const uint32_t entry = tm_table_at(file, entries, i);
    tm_vector_read(file, entry, TM_FIELD(0, 1), &name);
    if (name.length != sizeof(metadata_name) - 1 ||
        !tm_is_same(file->data + name.start, metadata_name, sizeof(metadata_name) - 1)) {
      continue;
    }
    const uint32_t buffer = (uint32_t)tm_scalar(file, entry, TM_FIELD(1, 4), 0);
    if (!tm_buffer_read(model, buffer, &plan)) return NULL;
    const int32_t *words = (const int32_t *)(const void *)(file->data + plan.start);
    const uint32_t size = 4 * (TM_PLAN_HEADER + count);
    if ((uintptr_t)words % 4 != 0 || plan.length < size || words[0] != 0 || words[1] != 0 ||
        (uint32_t)words[2] != count) {
      return NULL;
    }
    model->prepared.start = plan.start + size;
    model->prepared.length = plan.length - size;
    return words + TM_PLAN_HEADER;
  }
  return NULL;
}

/* Count the bytes from `offset` on as taken, where they lie inside the arena. */
static TM_COLD bool reserve(tm_interpreter *model, uint32_t offset, uint32_t bytes) {
  if (offset > model->free_end || bytes > model->free_end - offset)
    return tm_fail(model, TM_ERROR_ARENA, 0, bytes);
  const uint32_t end = (offset + bytes + TM_ALIGNMENT - 1) & ~(TM_ALIGNMENT - 1);
  if (end > model->tensor_bytes) model->tensor_bytes = end;
  return true;
}

/* Whether every tensor that has an offset lies inside the arena. One that needs an offset and has none is met when
 * an operator asks for it. */
static TM_COLD bool offsets_fit(tm_interpreter *model, const int32_t *offsets) {
  for (uint32_t i = 0; i < model->tensors.length; i++) {
    tm_tensor tensor;
    tm_tensor_read(model, (int32_t)i, &tensor);
    if (tensor.is_constant || offsets[i] == TM_UNPLANNED) continue;
    if (offsets[i] % 4 != 0) return tm_fail(model, TM_ERROR_PLAN, 0, i);
    if (!reserve(model, (uint32_t)offsets[i], tensor.bytes)) return false;
  }
  return true;
}

/* What a plan needs to know of a tensor; times are counted in operators. */
typedef struct {
  int32_t first; /* -1: it has no value */
  int32_t last;
  int32_t root;   /* itself, or the tensor in whose place it lies */
  uint32_t bytes; /* 0: a constant */
} tm_life;

/* Note that the tensors of `list` are used at `time`. Those that get their values now lie in the place of tensor
 * `alias`, or in one of their own where that is -1. */
static TM_COLD void use(tm_interpreter *model, tm_life *lives, tm_vector list, int32_t alias, int32_t time) {
  for (uint32_t i = 0; i < list.length; i++) {
    const int32_t index = tm_int32_at(&model->file, list, i);
    if (index < 0) continue;
    tm_life *life = &lives[index];
    if (life->first < 0) {
      life->first = time;
      if (alias >= 0) life->root = lives[alias].root;
    }
    if (lives[life->root].last < time) lives[life->root].last = time;
  }
}

static TM_COLD void lives_find(tm_interpreter *model, tm_life *lives) {
  const int32_t count = (int32_t)model->operators.length;
  for (uint32_t i = 0; i < model->tensors.length; i++) {
    tm_tensor tensor;
    tm_tensor_read(model, (int32_t)i, &tensor);
    /* A variable lives all the time, any other tensor not yet. */
    const tm_life life = {tensor.is_variable - 1, tensor.is_variable * count, (int32_t)i,
                          tensor.is_constant ? 0 : tensor.bytes};
    lives[i] = life;
  }
  use(model, lives, model->inputs, -1, 0);
  for (int32_t at = 0; at < count; at++) {
    tm_node node;
    tm_node_read(model, (uint32_t)at, &node);
    use(model, lives, node.inputs, -1, at);
    int32_t alias = -1;
    const bool renames = node.code == TM_OPERATOR_RESHAPE || node.code == TM_OPERATOR_SQUEEZE ||
                         node.code == TM_OPERATOR_EXPAND_DIMS;
    if (renames && node.inputs.length != 0) {
      alias = tm_int32_at(&model->file, node.inputs, 0);
      if (alias >= 0 && lives[alias].bytes == 0) alias = -1;
    }
    use(model, lives, node.outputs, alias, at);
  }
  use(model, lives, model->outputs, -1, count);
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

static TM_COLD const int32_t *offsets_compute(tm_interpreter *model) {
  const uint32_t count = model->tensors.length;
  int32_t *offsets = tm_take(model, count * (uint32_t)sizeof(*offsets));
  tm_life *lives = (tm_life *)(void *)model->arena; /* which is free until tensors have values */
  if (offsets == NULL || count * sizeof(tm_life) > model->free_end) {
    tm_fail(model, TM_ERROR_ARENA, 0, 0);
    return NULL;
  }
  lives_find(model, lives);
  for (uint32_t i = 0; i < count; i++) offsets[i] = TM_UNPLANNED;
  for (;;) {
    const tm_life *largest = NULL;
    for (uint32_t i = 0; i < count; i++) {
      const tm_life *life = &lives[i];
      const bool waits = life->first >= 0 && life->root == (int32_t)i && offsets[i] < 0;
      if (waits && life->bytes > (largest == NULL ? 0 : largest->bytes)) largest = life;
    }
    if (largest == NULL) break;
    const uint32_t offset = place(model, lives, offsets, largest);
    if (!reserve(model, offset, largest->bytes)) return NULL;
    offsets[largest - lives] = (int32_t)offset;
  }
  for (uint32_t i = 0; i < count; i++) offsets[i] = offsets[lives[i].root];
  return offsets;
}

bool tm_plan_make(tm_interpreter *model) {
  const int32_t *offsets = offsets_find(model);
  if (!tm_is_ok(model)) return false;
  if (offsets == NULL) {
    offsets = offsets_compute(model);
  } else {
    offsets_fit(model, offsets);
  }
  model->offsets = offsets;
  return tm_is_ok(model);
}
