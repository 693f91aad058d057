/* QUANTIZE from or to 16 or 32 bits; see tinyml/ops/quantize.py. */
#include "quantize_f32_s16.h"
#include "quantize_integer.h"
#include "tm_quantized.h"

typedef struct {
  tm_quantize_f32_s16_params params;
  const float *input;
  int16_t *output;
} float_call;

static void run_float(const void *data) {
  const float_call *call = data;
  tm_quantize_f32_s16(&call->params, call->input, call->output);
}

typedef struct {
  tm_quantize_integer_params params;
  const int8_t *input;
  int8_t *output;
} integer_call;

static void run_integer(const void *data) {
  const integer_call *call = data;
  tm_quantize_integer(&call->params, call->input, call->output);
}

static TM_COLD void float_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output) {
  if (!tm_require(model, output->type == TM_INT16) || !tm_require_apart(model, source, output, true)) return;
  float_call *call = tm_layer_add(model, run_float, sizeof(*call), output);
  if (call == NULL) return;
  call->params.size = source->elements;
  call->params.zero_point = output->zero_point;
  call->params.scale = output->scale;
  call->input = (const float *)(const void *)source->data;
  call->output = (int16_t *)(void *)output->data;
}

/* Whether one of the integer types can become the other. */
static TM_COLD bool is_possible(int32_t type, int32_t to) {
  if (to == TM_INT8) return type == TM_INT16 || type == TM_INT32;
  return type == TM_INT8 || type == TM_INT16 || (type == TM_INT32 && to == TM_INT16);
}

static TM_COLD void integer_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output) {
  if (!tm_require(model, is_possible(source->type, output->type) && tm_is_quantized(source, source->type)) ||
      !tm_require_apart(model, source, output, output->bytes <= source->bytes)) {
    return;
  }
  const tm_factor factor = tm_require_factor(model, source->scale, 1.0F, output->scale);
  const int32_t least = tm_least(output->type);
  integer_call *call = tm_layer_add(model, run_integer, sizeof(*call), output);
  if (call == NULL) return;
  const integer_call made = {
      .params = {.size = source->elements,
                 .input_type = source->type,
                 .output_type = output->type,
                 .input_offset = (int32_t)(0u - (uint32_t)source->zero_point),
                 .multiplier = factor.multiplier,
                 .shift = factor.shift,
                 .output_offset = output->zero_point,
                 .output_min = least,
                 .output_max = -1 - least},
      .input = (const int8_t *)source->data,
      .output = (int8_t *)output->data,
  };
  *call = made;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_require(model, model->node.inputs.length == 1) || !tm_input(model, 0, &source) ||
      !tm_output(model, &output)) {
    return;
  }
  const int32_t to = output.type;
  if (!tm_require(model, tm_same_shape(&source, &output) && tm_is_computed(&source) &&
                             (to == TM_INT8 || to == TM_INT16 || to == TM_INT32) &&
                             tm_is_quantized(&output, to))) {
    return;
  }
  if (source.type == TM_FLOAT32) {
    float_add(model, &source, &output);
  } else {
    integer_add(model, &source, &output);
  }
}

const tm_operator tm_op_quantize_wide = {TM_OPERATOR_WIDE | 114, prepare};
