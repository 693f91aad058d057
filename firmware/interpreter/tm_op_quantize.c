/* QUANTIZE; see tinyml/ops/quantize.py. */
#include "quantize_f32_s8.h"
#include "tm_lookup.h"

typedef struct {
  tm_quantize_f32_s8_params params;
  const float *input;
  int8_t *output;
} quantize_call;

static void run(const void *data) {
  const quantize_call *call = data;
  tm_quantize_f32_s8(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_require(model, model->node.inputs.length == 1) || !tm_input(model, 0, &source) ||
      !tm_output(model, &output) || !tm_require(model, tm_same_shape(&source, &output))) {
    return;
  }
  if (source.type != TM_FLOAT32) {
    /* One of both may be uint8. */
    const bool possible = (tm_is_int8(&source) && (tm_is_int8(&output) || tm_is_quantized(&output, TM_UINT8))) ||
                          (tm_is_quantized(&source, TM_UINT8) && tm_is_int8(&output));
    if (!tm_require(model, possible)) return;
    tm_lookup_rescale(model, &source, &output, output.type == TM_UINT8 ? 0 : INT8_MIN);
    return;
  }
  if (!tm_require(model, tm_is_computed(&source) && tm_is_int8(&output)) ||
      !tm_require_apart(model, &source, &output, true)) {
    return;
  }
  quantize_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  call->params.size = source.elements;
  call->params.zero_point = output.zero_point;
  call->params.scale = output.scale;
  call->input = (const float *)(const void *)source.data;
  call->output = (int8_t *)output.data;
}

const tm_operator tm_op_quantize = {114, prepare};
