/* DEQUANTIZE; see tinyml/ops/dequantize.py. */
#include "dequantize_s8_f32.h"
#include "tm_quantized.h"

typedef struct {
  tm_dequantize_s8_f32_params params;
  const int8_t *input;
  float *output;
} dequantize_call;

static void run(const void *data) {
  const dequantize_call *call = data;
  tm_dequantize_s8_f32(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_require(model, model->node.inputs.length == 1) || !tm_input(model, 0, &source) ||
      !tm_output(model, &output) ||
      !tm_require(model, tm_is_int8(&source) && output.type == TM_FLOAT32 && tm_same_shape(&source, &output)) ||
      !tm_require_apart(model, &source, &output, false)) {
    return;
  }
  dequantize_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  call->params.size = source.elements;
  call->params.zero_point = source.zero_point;
  call->params.scale = source.scale;
  call->input = (const int8_t *)source.data;
  call->output = (float *)(void *)output.data;
}

const tm_operator tm_op_dequantize = {6, prepare};
