/* TRANSPOSE; see tinyml/ops/transpose.py. */
#include "tm_move.h"

#define TM_TRANSPOSE_RANK 5 /* TFLM's limit */

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, order, output;
  tm_loop loops[TM_TRANSPOSE_RANK];
  if (!tm_moved_pair(model, 2, 0, TM_TYPES_8_16_32F, &source, &output) ||
      !tm_numbers(model, 1, TM_TYPE(TM_INT32), &order) ||
      !tm_require(model, source.rank <= TM_TRANSPOSE_RANK && (uint32_t)order.elements == source.rank &&
                             output.rank == source.rank)) {
    return;
  }
  uint32_t named = 0;
  for (uint32_t i = 0; i < source.rank; i++) {
    const uint32_t from = (uint32_t)tm_number(&order, i);
    if (!tm_require(model,
                    from < source.rank && (named >> from & 1) == 0 && output.shape[i] == source.shape[from])) {
      return;
    }
    named |= 1u << from;
    loops[i].size = output.shape[i];
    loops[i].input_step = tm_step(&source, from);
    loops[i].output_step = tm_step(&output, i);
  }
  tm_copy_add(model, &source, &output, loops, source.rank, 0);
}

const tm_operator tm_op_transpose = {39, prepare};
