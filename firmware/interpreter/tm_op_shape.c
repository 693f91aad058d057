/* SHAPE; see tinyml/ops/shape.py. */
#include "tm_move.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_require(model, model->node.inputs.length == 1) || !tm_input(model, 0, &source) ||
      !tm_output(model, &output) ||
      !tm_require(model, tm_is_moved(&source, TM_TYPES_ANY) && output.type == TM_INT32 && output.rank == 1 &&
                             (uint32_t)output.shape[0] == source.rank)) {
    return;
  }
  tm_tensor shape = output;
  shape.is_constant = true;
  shape.data = tm_take(model, output.bytes);
  if (shape.data == NULL) return;
  memcpy(shape.data, source.shape, output.bytes);
  const tm_loop all = {output.elements, 1, 1};
  tm_copy_add(model, &shape, &output, &all, 1, 0);
}

const tm_operator tm_op_shape = {77, prepare};
