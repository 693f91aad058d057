#include "tm_parts.h"

/* Whether a tensor has the dimensions of `source` but `axis`, and how much it has of that. */
static TM_COLD bool is_part(const tm_tensor *part, const tm_tensor *source, uint32_t axis, bool unpacks,
                            int32_t *size) {
  bool same = tm_is_moved(part, TM_TYPE(source->type)) && part->rank + (unpacks ? 1 : 0) == source->rank;
  for (uint32_t i = 0; same && i < source->rank; i++) {
    if (i != axis) same = part->shape[unpacks && i > axis ? i - 1 : i] == source->shape[i];
  }
  *size = unpacks || !same ? 1 : part->shape[axis];
  return same;
}

void tm_parts_add(tm_interpreter *model, const tm_tensor *source, int32_t axis, bool unpacks) {
  tm_tensor output;
  const uint32_t count = model->node.outputs.length;
  if (!tm_require(model, tm_is_moved(source, TM_TYPES_8_16_32)) ||
      !tm_axis_set(model, (int32_t)source->rank, &axis) || !tm_output_at(model, 0, &output)) {
    return;
  }
  const int32_t all = source->shape[axis], inner = tm_step(source, (uint32_t)axis);
  int32_t start = 0;
  tm_copy *copies = tm_copies_add(model, &output, count);
  for (uint32_t i = 0; copies != NULL && i < count; i++) {
    int32_t size;
    if (!tm_output_at(model, i, &output) ||
        !tm_require(model, is_part(&output, source, (uint32_t)axis, unpacks, &size) && size <= all - start)) {
      return;
    }
    const tm_loop loops[] = {{output.elements / (size * inner), all * inner, size * inner}, {size * inner, 1, 1}};
    if (!tm_copy_set(model, &copies[i], source, &output, loops, 2, start * inner, 0)) return;
    start += size;
  }
  tm_require(model, start == all);
}
