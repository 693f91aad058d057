/* GATHER; see tinyml/ops/gather.py. */
#include "tm_pick.h"

/* Whether the output has the source's dimensions with those of the indices, but for batches, in the axis' place.
 */
static TM_COLD bool fits(const tm_tensor *source, const tm_tensor *indices, const tm_tensor *output, uint32_t axis,
                         uint32_t batch) {
  const uint32_t chosen = indices->rank - batch;
  bool same = output->rank == source->rank - 1 + chosen;
  for (uint32_t i = 0; same && i < output->rank; i++) {
    const int32_t n = i < axis            ? source->shape[i]
                      : i < axis + chosen ? indices->shape[batch + i - axis]
                                          : source->shape[i - chosen + 1];
    same = output->shape[i] == n;
  }
  return same;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, indices, output;
  if (!tm_moved_pair(model, 2, 0, TM_TYPES_8_32F, &source, &output) || !tm_input(model, 1, &indices) ||
      !tm_require(model, tm_is_moved(&indices, TM_TYPE(TM_INT32)) && model->node.options != 0)) {
    return;
  }
  int32_t axis = tm_option(model, TM_FIELD(0, 4), 0), batch = tm_option(model, TM_FIELD(1, 4), 0);
  if (!tm_axis_set(model, (int32_t)source.rank, &axis)) return;
  if (batch < 0) batch += (int32_t)indices.rank;
  if (!tm_require(model, batch >= 0 && batch <= axis && batch <= (int32_t)indices.rank)) return;
  tm_pick pick = {(uint32_t)axis, 1, 1};
  for (int32_t i = 0; i < batch; i++) {
    if (!tm_require(model, source.shape[i] == indices.shape[i])) return;
    pick.batches *= source.shape[i];
  }
  if (tm_require(model, fits(&source, &indices, &output, (uint32_t)axis, (uint32_t)batch))) {
    tm_pick_add(model, &source, &indices, &output, pick);
  }
}

const tm_operator tm_op_gather = {36, prepare};
