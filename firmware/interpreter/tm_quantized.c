#include "tm_quantized.h"

#include <string.h>

#define TM_MAX_COMPUTED_RANK 6 /* TFLM's */

void tm_refuse(tm_interpreter *model) { tm_fail(model, TM_ERROR_FORM, model->node.index, 0); }

bool tm_has_input(tm_interpreter *model, uint32_t position) {
  return position < model->node.inputs.length && tm_int32_at(&model->file, model->node.inputs, position) >= 0;
}

bool tm_input(tm_interpreter *model, uint32_t position, tm_tensor *tensor) {
  return tm_require(model, tm_has_input(model, position)) &&
         tm_place_read(model, tm_int32_at(&model->file, model->node.inputs, position), tensor) &&
         tm_require(model, !tensor->is_variable);
}

bool tm_output(tm_interpreter *model, tm_tensor *tensor) {
  return tm_require(model, model->node.outputs.length == 1) &&
         tm_place_read(model, tm_int32_at(&model->file, model->node.outputs, 0), tensor);
}

bool tm_is_computed(const tm_tensor *tensor) { return tensor->rank <= TM_MAX_COMPUTED_RANK; }

int32_t tm_least(int32_t type) {
  if (type == TM_INT8) return INT8_MIN;
  return type == TM_INT16 ? INT16_MIN : type == TM_INT32 ? INT32_MIN : 0;
}

bool tm_is_quantized(const tm_tensor *tensor, int32_t type) {
  const int32_t low = tm_least(type), high = type == TM_UINT8 ? UINT8_MAX : -1 - low;
  /* INT32_MAX stands for a zero point of more than 32 bits, and kernels are given its negative. */
  return tensor->type == type && tm_is_computed(tensor) && tensor->scales.length == 1 &&
         tensor->zero_point >= low && tensor->zero_point <= high && tensor->zero_point != INT32_MAX &&
         tensor->zero_point != INT32_MIN;
}

bool tm_is_int8(const tm_tensor *tensor) { return tm_is_quantized(tensor, TM_INT8); }

bool tm_quantized_pair(tm_interpreter *model, int32_t type, uint32_t least, uint32_t most, tm_tensor *source,
                       tm_tensor *output) {
  return tm_require(model, model->node.inputs.length >= least && model->node.inputs.length <= most) &&
         tm_input(model, 0, source) && tm_output(model, output) &&
         tm_require(model, tm_is_quantized(source, type) && tm_is_quantized(output, type));
}

bool tm_int8_pair(tm_interpreter *model, uint32_t least, uint32_t most, tm_tensor *source, tm_tensor *output) {
  return tm_quantized_pair(model, TM_INT8, least, most, source, output);
}

bool tm_same_shape(const tm_tensor *a, const tm_tensor *b) {
  return a->rank == b->rank && tm_is_same(a->shape, b->shape, a->rank * (uint32_t)sizeof(a->shape[0]));
}

bool tm_require_apart(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output, bool in_place) {
  if (source->is_constant || (in_place && source->data == output->data)) return true;
  const bool apart = source->data + source->bytes <= output->data || output->data + output->bytes <= source->data;
  return apart || tm_fail(model, TM_ERROR_PLAN, model->node.index, 0);
}

bool tm_axis_of(tm_interpreter *model, const tm_tensor *source, uint32_t *axis) {
  tm_tensor tensor;
  if (!tm_input(model, 1, &tensor) ||
      !tm_require(model, tensor.type == TM_INT32 && tensor.is_constant && tensor.elements == 1)) {
    return false;
  }
  const int32_t value = *(const int32_t *)(const void *)tensor.data, rank = (int32_t)source->rank;
  *axis = (uint32_t)(value < 0 ? value + rank : value);
  return tm_require(model, value >= -rank && value < rank);
}

int32_t tm_size_between(const tm_tensor *tensor, uint32_t first, uint32_t end) {
  int32_t size = 1;
  for (uint32_t i = first; i < end; i++) size *= tensor->shape[i];
  return size;
}

int32_t tm_option(tm_interpreter *model, uint32_t field, int32_t absent) {
  return model->node.options == 0 ? absent : tm_scalar(&model->file, model->node.options, field, absent);
}

tm_factor tm_require_factor(tm_interpreter *model, float a, float b, float c) {
  const tm_factor factor = tm_factor_of(a, b, c, 0);
  tm_require(model, factor.shift <= TM_MAX_SHIFT);
  return factor;
}

/* `real` in steps of the output, where those have at most 32 bits. Out of line: it is called twice. */
static TM_COLD __attribute__((noinline)) int32_t bound(tm_interpreter *model, float real,
                                                       const tm_tensor *output) {
  const float steps = real / output->scale;
  const int32_t least = tm_least(output->type);
  if (!tm_require(model, steps < 2147483648.0F && steps > -2147483648.0F)) return 0;
  return tm_clamp(tm_round(steps) + output->zero_point, least, -1 - least);
}

bool tm_activation_range(tm_interpreter *model, int32_t code, const tm_tensor *output, int32_t *low,
                         int32_t *high) {
  enum { NONE, RELU, RELU_N1_TO_1, RELU6 };
  const int32_t least = tm_least(output->type);
  tm_require(model, code >= NONE && code <= RELU6);
  *low = code == NONE ? least : bound(model, code == RELU_N1_TO_1 ? -1.0F : 0.0F, output);
  *high = code < RELU_N1_TO_1 ? -1 - least : bound(model, code == RELU6 ? 6.0F : 1.0F, output);
  return tm_is_ok(model);
}

void *tm_layer_add(tm_interpreter *model, tm_run *run, uint32_t size, const tm_tensor *output) {
  void *call = tm_take(model, size);
  if (call == NULL) return NULL;
  const uint32_t index = model->layer_count++;
  model->layers[index].run = run;
  model->layers[index].call = call;
  model->layer_outputs[index].data = output->data;
  model->layer_outputs[index].size = output->bytes;
  return call;
}

/* The special kernel for these parameters that takes the place of `run`; `run` where there is none. */
static TM_COLD tm_run *run_for(const tm_interpreter *model, tm_run *run, const void *params, uint32_t size) {
  for (const tm_special *special = model->specials; special->general != NULL; special++) {
    if (special->general == run && tm_is_same(special->params, params, size)) return special->run;
  }
  return run;
}

void *tm_kernel_add(tm_interpreter *model, tm_run *run, uint32_t arrays_size, const void *params, uint32_t size,
                    const tm_tensor *output) {
  uint8_t *call = tm_layer_add(model, run_for(model, run, params, size), arrays_size + size, output);
  if (call != NULL) memcpy(call + arrays_size, params, size);
  return call;
}
