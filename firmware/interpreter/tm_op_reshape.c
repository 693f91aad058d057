/* RESHAPE; see tinyml/ops/reshape.py. The plan puts the output in the input's place; a constant is copied. */
#include <string.h>

#include "tm_quantized.h"

typedef struct {
  uint32_t size;
  const uint8_t *input;
  uint8_t *output;
} reshape_call;

static void run(const void *data) {
  const reshape_call *call = data;
  memcpy(call->output, call->input, call->size);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  const uint32_t inputs = model->node.inputs.length;
  if (!tm_require(model, inputs >= 1 && inputs <= 2) || !tm_input(model, 0, &source) ||
      !tm_output(model, &output) ||
      !tm_require(model, source.type == output.type && source.elements == output.elements)) {
    return;
  }
  if (!source.is_constant) {
    if (source.data != output.data) tm_fail(model, TM_ERROR_PLAN, model->node.index, 0);
    return;
  }
  reshape_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  call->size = source.bytes;
  call->input = source.data;
  call->output = output.data;
}

const tm_operator tm_op_reshape = {TM_OPERATOR_RESHAPE, prepare};
