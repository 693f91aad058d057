#include "tm_quantized.h"

#include <string.h>

#define TM_MAX_SHIFT 30         /* a kernel shifts a sum left by at most this */
#define TM_MAX_INT8_RANK 6      /* TFLM's */
#define TM_MAX_WINDOW (1 << 15) /* keeps positions inside 32 bits in the kernels */

enum { TM_PADDING_SAME = 0, TM_PADDING_VALID = 1 };

bool tm_require(tm_interpreter *model, bool condition) {
  return condition || tm_fail(model, TM_ERROR_FORM, model->node.index, 0);
}

bool tm_has_input(tm_interpreter *model, uint32_t position) {
  return position < model->node.inputs.length && tm_int32_at(&model->file, model->node.inputs, position) >= 0;
}

bool tm_input(tm_interpreter *model, uint32_t position, tm_tensor *tensor) {
  return tm_require(model, tm_has_input(model, position)) &&
         tm_place_read(model, tm_int32_at(&model->file, model->node.inputs, position), tensor);
}

bool tm_output(tm_interpreter *model, tm_tensor *tensor) {
  return tm_require(model, model->node.outputs.length == 1) &&
         tm_place_read(model, tm_int32_at(&model->file, model->node.outputs, 0), tensor);
}

bool tm_is_int8(const tm_tensor *tensor) {
  return tensor->type == TM_INT8 && tensor->rank <= TM_MAX_INT8_RANK && tensor->scales == 1 &&
         tensor->zero_point >= INT8_MIN && tensor->zero_point <= INT8_MAX;
}

bool tm_int8_pair(tm_interpreter *model, uint32_t least, uint32_t most, tm_tensor *source, tm_tensor *output) {
  return tm_require(model, model->node.inputs.length >= least && model->node.inputs.length <= most) &&
         tm_input(model, 0, source) && tm_output(model, output) &&
         tm_require(model, tm_is_int8(source) && tm_is_int8(output));
}

bool tm_same_shape(const tm_tensor *a, const tm_tensor *b) {
  return a->rank == b->rank && tm_is_same(a->shape, b->shape, a->rank * (uint32_t)sizeof(a->shape[0]));
}

bool tm_has_shape4(const tm_tensor *tensor, int32_t n0, int32_t n1, int32_t n2, int32_t n3) {
  const int32_t *shape = tensor->shape;
  return tensor->rank == 4 && shape[0] == n0 && shape[1] == n1 && shape[2] == n2 && shape[3] == n3;
}

bool tm_require_apart(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output, bool in_place) {
  if (source->is_constant || (in_place && source->data == output->data)) return true;
  const bool apart = source->data + source->bytes <= output->data || output->data + output->bytes <= source->data;
  return apart || tm_fail(model, TM_ERROR_PLAN, model->node.index, 0);
}

int32_t tm_option(tm_interpreter *model, uint32_t slot, uint32_t size, int32_t absent) {
  return model->node.options == 0 ? absent : tm_scalar(&model->file, model->node.options, slot, size, absent);
}

tm_factor tm_require_factor(tm_interpreter *model, float a, float b, float c) {
  const tm_factor factor = tm_factor_of(a, b, c, 0);
  tm_require(model, factor.shift <= TM_MAX_SHIFT);
  return factor;
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

/* `real` in steps of the output; false where it has more than 32 bits. */
static TM_COLD bool bound(float real, const tm_tensor *output, int32_t *steps) {
  const float quotient = real / output->scale;
  if (!(quotient < 2147483648.0F && quotient > -2147483648.0F)) return false;
  *steps = tm_clamp(tm_round(quotient) + output->zero_point, INT8_MIN, INT8_MAX);
  return true;
}

bool tm_activation_range(tm_interpreter *model, int32_t code, const tm_tensor *output, int32_t *low,
                         int32_t *high) {
  enum { NONE, RELU, RELU_N1_TO_1, RELU6 };
  *low = INT8_MIN;
  *high = INT8_MAX;
  bool possible = code >= NONE && code <= RELU6;
  if (code != NONE) possible = possible && bound(code == RELU_N1_TO_1 ? -1.0F : 0.0F, output, low);
  if (code >= RELU_N1_TO_1) possible = possible && bound(code == RELU6 ? 6.0F : 1.0F, output, high);
  return tm_require(model, possible);
}

bool tm_filter(tm_interpreter *model, uint32_t rank, int32_t axis, tm_tensor *filter) {
  return tm_input(model, 1, filter) &&
         tm_require(model, filter->type == TM_INT8 && filter->is_constant && filter->rank == rank &&
                               filter->scales != 0 && (filter->scales == 1 || filter->axis == axis));
}

bool tm_channel_prepare(tm_interpreter *model, const tm_tensor *source, const tm_tensor *filter,
                        const tm_tensor *output, int32_t code, tm_channel_output *to) {
  int32_t *multipliers = tm_take(model, filter->scales * (uint32_t)sizeof(*multipliers));
  int8_t *shifts = tm_take(model, filter->scales);
  if (shifts == NULL || multipliers == NULL) return false;
  to->multipliers = multipliers;
  to->shifts = shifts;
  to->per_channel = filter->scales > 1;
  to->shifts_right = 1;
  to->output_offset = output->zero_point;
  for (uint32_t i = 0; i < filter->scales; i++) {
    const float scale = tm_float(&model->file, filter->scales_at + 4 * i);
    const tm_factor factor = tm_require_factor(model, source->scale, scale, output->scale);
    multipliers[i] = factor.multiplier;
    shifts[i] = (int8_t)factor.shift;
    if (factor.shift >= 0) to->shifts_right = 0;
  }
  return tm_activation_range(model, code, output, &to->activation_min, &to->activation_max) && tm_is_ok(model);
}

bool tm_bias(tm_interpreter *model, uint32_t position, int32_t channels, const int32_t **bias) {
  if (!tm_has_input(model, position)) {
    const uint32_t size = (uint32_t)channels * (uint32_t)sizeof(**bias);
    void *zeros = tm_take(model, size);
    if (zeros == NULL) return false;
    memset(zeros, 0, size);
    *bias = zeros;
    return true;
  }
  tm_tensor tensor;
  if (!tm_input(model, position, &tensor)) return false;
  *bias = (const int32_t *)(const void *)tensor.data;
  return tm_require(model, tensor.type == TM_INT32 && tensor.is_constant && tensor.elements == channels);
}

static TM_COLD bool slide(int32_t padding, tm_axis *axis) {
  const int32_t sizes[3] = {axis->stride, axis->taps, axis->dilation};
  for (uint32_t i = 0; i < 3; i++) {
    if (sizes[i] < 1 || sizes[i] > TM_MAX_WINDOW) return false;
  }
  const int32_t span = (axis->taps - 1) * axis->dilation + 1;
  axis->pad = 0;
  if (padding == TM_PADDING_VALID) {
    axis->output = (axis->size - span) / axis->stride + 1;
    return span <= axis->size && span <= TM_MAX_WINDOW;
  }
  axis->output = (axis->size - 1) / axis->stride + 1;
  axis->pad = tm_max((axis->output - 1) * axis->stride + span - axis->size, 0) / 2;
  return padding == TM_PADDING_SAME && span <= TM_MAX_WINDOW;
}

bool tm_slide(tm_interpreter *model, tm_axis *height, tm_axis *width) {
  const int32_t padding = tm_option(model, 0, 1, 0);
  width->stride = tm_option(model, 1, 4, 0);
  height->stride = tm_option(model, 2, 4, 0);
  return tm_require(model, slide(padding, height) && slide(padding, width));
}

void *tm_layer_add(tm_interpreter *model, void (*run)(const void *call), uint32_t size, const tm_tensor *output) {
  void *call = tm_take(model, size);
  if (call == NULL) return NULL;
  const tm_layer layer = {run, call};
  model->layers[model->layer_count] = layer;
  model->layer_outputs[model->layer_count].data = output->data;
  model->layer_outputs[model->layer_count].size = output->bytes;
  model->layer_count++;
  return call;
}

void tm_channel_add(tm_interpreter *model, void (*run)(const void *call), const void *params, uint32_t size,
                    const tm_tensor *source, const tm_tensor *filter, const int32_t *bias,
                    const tm_channel_output *to, const tm_tensor *output) {
  for (const tm_special *special = model->specials; special->general != NULL; special++) {
    if (special->general == run && tm_is_same(special->params, params, size)) {
      run = special->run;
      break;
    }
  }
  tm_channel_arrays *call = tm_layer_add(model, run, (uint32_t)sizeof(*call) + size, output);
  if (call == NULL) return;
  call->input = (const int8_t *)source->data;
  call->weights = (const int8_t *)filter->data;
  call->bias = bias;
  call->multipliers = to->multipliers;
  call->shifts = to->shifts;
  call->output = (int8_t *)output->data;
  memcpy(call + 1, params, size);
}
