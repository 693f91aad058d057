/* SPLIT; see tinyml/ops/split.py. */
#include "tm_parts.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, axis, first, output;
  if (!tm_require(model, model->node.inputs.length == 2) || !tm_numbers(model, 0, TM_TYPE(TM_INT32), &axis) ||
      !tm_input(model, 1, &source) || !tm_require(model, axis.elements == 1) || !tm_output_at(model, 0, &first)) {
    return;
  }
  for (uint32_t i = 1; i < model->node.outputs.length; i++) {
    if (!tm_output_at(model, i, &output) || !tm_require(model, tm_same_shape(&output, &first))) return;
  }
  tm_parts_add(model, &source, tm_number(&axis, 0), false);
}

const tm_operator tm_op_split = {49, prepare};
