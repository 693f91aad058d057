/* SLICE; see tinyml/ops/slice.py. */
#include "tm_move.h"

#define TM_SLICE_RANK 5 /* TFLM's limit */

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, begin, sizes, output;
  tm_loop loops[TM_SLICE_RANK];
  if (!tm_moved_pair(model, 3, 0, TM_TYPES_8_16_32 | TM_TYPE(TM_BOOL), &source, &output) ||
      !tm_numbers(model, 1, TM_TYPES_INDEX, &begin) || !tm_numbers(model, 2, TM_TYPES_INDEX, &sizes) ||
      !tm_require(model, source.rank <= TM_SLICE_RANK && output.rank == source.rank && begin.type == sizes.type &&
                             (uint32_t)begin.elements == source.rank && (uint32_t)sizes.elements == source.rank)) {
    return;
  }
  int32_t start = 0;
  for (uint32_t i = 0; i < source.rank; i++) {
    const int32_t at = tm_number(&begin, i), size = tm_number(&sizes, i), n = source.shape[i];
    const int64_t taken = size == -1 ? (int64_t)n - at : size;
    if (!tm_require(model, at >= 0 && taken >= 0 && at + taken <= n && output.shape[i] == taken)) return;
    loops[i].size = output.shape[i];
    loops[i].input_step = tm_step(&source, i);
    loops[i].output_step = tm_step(&output, i);
    start += at * loops[i].input_step;
  }
  tm_copy_add(model, &source, &output, loops, source.rank, start);
}

const tm_operator tm_op_slice = {65, prepare};
