/* EXPAND_DIMS; see tinyml/ops/expand_dims.py. */
#include "tm_move.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, axes, output;
  if (!tm_moved_pair(model, 2, 0, TM_TYPES_8_16_32F, &source, &output) ||
      !tm_numbers(model, 1, TM_TYPE(TM_INT32), &axes) ||
      !tm_require(model, axes.elements == 1 && output.rank == source.rank + 1)) {
    return;
  }
  int32_t axis = tm_number(&axes, 0);
  if (!tm_axis_set(model, (int32_t)output.rank, &axis)) return;
  for (uint32_t i = 0, from = 0; i < output.rank; i++) {
    if (!tm_require(model, output.shape[i] == (i == (uint32_t)axis ? 1 : source.shape[from]))) return;
    if (i != (uint32_t)axis) from++;
  }
  tm_rename(model, &source, &output);
}

const tm_operator tm_op_expand_dims = {TM_OPERATOR_EXPAND_DIMS, prepare};
