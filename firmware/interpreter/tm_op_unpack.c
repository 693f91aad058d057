/* UNPACK; see tinyml/ops/unpack.py. */
#include "tm_parts.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source;
  if (tm_require(model, model->node.inputs.length == 1) && tm_input(model, 0, &source) &&
      tm_require(model, model->node.options != 0 &&
                            (uint32_t)tm_option(model, TM_FIELD(0, 4), 0) == model->node.outputs.length)) {
    tm_parts_add(model, &source, tm_option(model, TM_FIELD(1, 4), 0), true);
  }
}

const tm_operator tm_op_unpack = {88, prepare};
