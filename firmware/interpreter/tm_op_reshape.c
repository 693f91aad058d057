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

static TM_COLD void prepare(tm_interpreter *model, const tm_node *node) {
  tm_tensor source, output;
  const uint32_t inputs = node->inputs.length;
  if (!tm_require(model, node, inputs >= 1 && inputs <= 2) || !tm_input(model, node, 0, &source) ||
      !tm_output(model, node, &output) ||
      !tm_require(model, node, source.type == output.type && source.elements == output.elements)) {
    return;
  }
  if (!source.is_constant) return;
  reshape_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  call->size = source.bytes;
  call->input = source.data;
  call->output = output.data;
}

const tm_operator tm_op_reshape = {TM_OPERATOR_RESHAPE, prepare};
