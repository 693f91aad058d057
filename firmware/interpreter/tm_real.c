#include "tm_real.h"

bool tm_dequantized_pair(tm_interpreter *model, tm_tensor *source, tm_tensor *output) {
  return tm_require(model, model->node.inputs.length == 1) && tm_input(model, 0, source) &&
         tm_output(model, output) &&
         tm_require(model, output->type == TM_FLOAT32 && tm_same_shape(source, output)) &&
         tm_require_apart(model, source, output, false);
}

void tm_dequantize_add(tm_interpreter *model, tm_run *run, const tm_tensor *source, const tm_tensor *output) {
  tm_dequantize_call *call = tm_layer_add(model, run, sizeof(*call), output);
  if (call == NULL) return;
  call->params.size = source->elements;
  call->params.zero_point = source->zero_point;
  call->params.scale = source->scale;
  call->input = source->data;
  call->output = (float *)(void *)output->data;
}
