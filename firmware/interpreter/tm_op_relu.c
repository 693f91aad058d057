/* RELU; see tinyml/ops/relu.py. */
#include "tm_lookup.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output)) return;
  tm_lookup_rescale(model, &source, &output, output.zero_point);
}

const tm_operator tm_op_relu = {19, prepare};
