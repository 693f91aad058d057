/* BROADCAST_TO; see tinyml/ops/broadcast_to.py. */
#include "tm_move.h"

#define TM_BROADCAST_RANK 5 /* TFLM's limit */

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, shape, output;
  tm_loop loops[TM_BROADCAST_RANK];
  if (!tm_moved_pair(model, 2, 0, TM_TYPES_ANY, &source, &output) ||
      !tm_numbers(model, 1, TM_TYPES_INDEX, &shape) ||
      !tm_require(model, tm_names_shape(&shape, &output) && output.rank <= TM_BROADCAST_RANK &&
                             source.rank <= output.rank)) {
    return;
  }
  const uint32_t missing = output.rank - source.rank;
  for (uint32_t i = 0; i < output.rank; i++) {
    const int32_t of = i < missing ? 1 : source.shape[i - missing];
    if (!tm_require(model, of == 1 || of == output.shape[i])) return;
    loops[i].size = output.shape[i];
    loops[i].input_step = of == 1 ? 0 : tm_step(&source, i - missing);
    loops[i].output_step = tm_step(&output, i);
  }
  tm_copy_add(model, &source, &output, loops, output.rank, 0);
}

const tm_operator tm_op_broadcast_to = {130, prepare};
