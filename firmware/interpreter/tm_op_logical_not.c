/* LOGICAL_NOT; see tinyml/ops/logical_not.py. */
#include "logical_not_u8.h"
#include "tm_quantized.h"

typedef struct {
  tm_logical_not_u8_params params;
  const uint8_t *input;
  uint8_t *output;
} logical_not_call;

static void run(const void *data) {
  const logical_not_call *call = data;
  tm_logical_not_u8(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_require(model, model->node.inputs.length == 1) || !tm_input(model, 0, &source) ||
      !tm_output(model, &output) ||
      !tm_require(model, source.type == TM_BOOL && output.type == TM_BOOL && tm_is_computed(&source) &&
                             tm_same_shape(&source, &output)) ||
      !tm_require_apart(model, &source, &output, true)) {
    return;
  }
  logical_not_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  call->params.size = source.elements;
  call->input = source.data;
  call->output = output.data;
}

const tm_operator tm_op_logical_not = {87, prepare};
