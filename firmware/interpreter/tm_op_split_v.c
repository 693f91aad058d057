/* SPLIT_V; see tinyml/ops/split_v.py. */
#include "tm_parts.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, axis;
  if (tm_require(model, model->node.inputs.length == 3) && tm_input(model, 0, &source) &&
      tm_numbers(model, 2, TM_TYPE(TM_INT32), &axis) && tm_require(model, axis.elements == 1)) {
    tm_parts_add(model, &source, tm_number(&axis, 0), false);
  }
}

const tm_operator tm_op_split_v = {102, prepare};
