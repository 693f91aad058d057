/* SQUEEZE; see tinyml/ops/squeeze.py. */
#include "tm_move.h"

/* Find which dimensions are left out, a bit each. */
static TM_COLD bool squeezed_find(tm_interpreter *model, const tm_tensor *source, uint32_t *squeezed) {
  tm_vector named;
  tm_vector_read(&model->file, model->node.options, TM_FIELD(0, 4), &named);
  *squeezed = 0;
  for (uint32_t i = 0; i < named.length; i++) {
    int32_t axis = tm_int32_at(&model->file, named, i);
    if (!tm_axis_set(model, (int32_t)source->rank, &axis) || !tm_require(model, source->shape[axis] == 1))
      return false;
    *squeezed |= 1u << axis;
  }
  for (uint32_t i = 0; named.length == 0 && i < source->rank; i++) {
    if (source->shape[i] == 1) *squeezed |= 1u << i;
  }
  return true;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  uint32_t squeezed, rank = 0;
  if (!tm_moved_pair(model, 1, 0, TM_TYPES_ANY, &source, &output) ||
      !tm_require(model, model->node.options != 0) || !squeezed_find(model, &source, &squeezed)) {
    return;
  }
  for (uint32_t i = 0; i < source.rank; i++) {
    if ((squeezed >> i & 1) != 0) continue;
    if (!tm_require(model, rank < output.rank && output.shape[rank] == source.shape[i])) return;
    rank++;
  }
  if (tm_require(model, rank == output.rank)) tm_rename(model, &source, &output);
}

const tm_operator tm_op_squeeze = {TM_OPERATOR_SQUEEZE, prepare};
