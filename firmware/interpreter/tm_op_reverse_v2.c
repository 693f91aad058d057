/* REVERSE_V2; see tinyml/ops/reverse_v2.py. */
#include "tm_move.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, axes, output;
  tm_loop loops[TM_MAX_RANK];
  if (!tm_moved_pair(model, 2, 0, TM_TYPES_8_16_32 | TM_TYPE(TM_INT64) | TM_TYPE(TM_BOOL) | TM_TYPE(TM_UINT8),
                     &source, &output) ||
      !tm_numbers(model, 1, TM_TYPE(TM_INT32), &axes) ||
      !tm_require(model, tm_same_shape(&source, &output) && axes.rank == 1)) {
    return;
  }
  uint32_t reversed = 0;
  for (uint32_t i = 0; i < (uint32_t)axes.elements; i++) {
    int32_t axis = tm_number(&axes, i);
    if (!tm_axis_set(model, (int32_t)source.rank, &axis) || !tm_require(model, (reversed >> axis & 1) == 0))
      return;
    reversed |= 1u << axis;
  }
  const uint32_t lowest = reversed & (0u - reversed);
  if (!tm_require(model, (reversed & (reversed + lowest)) == 0)) return; /* TFLM reverses neighbours only */
  int32_t start = 0;
  for (uint32_t i = 0; i < source.rank; i++) {
    const int32_t step = tm_step(&source, i);
    const bool backwards = (reversed >> i & 1) != 0;
    loops[i].size = source.shape[i];
    loops[i].input_step = backwards ? -step : step;
    loops[i].output_step = step;
    if (backwards) start += (source.shape[i] - 1) * step;
  }
  tm_copy_add(model, &source, &output, loops, source.rank, start);
}

const tm_operator tm_op_reverse_v2 = {105, prepare};
