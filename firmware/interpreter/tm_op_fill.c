/* FILL; see tinyml/ops/fill.py. */
#include "tm_move.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor value, shape, output;
  if (!tm_moved_pair(model, 2, 1, TM_TYPES_8_32F | TM_TYPE(TM_INT32), &value, &output) ||
      !tm_numbers(model, 0, TM_TYPES_INDEX | TM_TYPE(TM_INT8) | TM_TYPE(TM_INT16), &shape) ||
      !tm_require(model, value.rank == 0 && tm_names_shape(&shape, &output))) {
    return;
  }
  const tm_loop all = {output.elements, 0, 1};
  tm_copy_add(model, &value, &output, &all, 1, 0);
}

const tm_operator tm_op_fill = {94, prepare};
