#include "tm_weighted.h"

#include <string.h>

static TM_COLD bool filter_read(tm_interpreter *model, uint32_t rank, int32_t axis, tm_tensor *filter) {
  return tm_input(model, 1, filter) &&
         tm_require(model, filter->type == TM_INT8 && filter->is_constant && filter->rank == rank &&
                               filter->scales.length != 0 && (filter->scales.length == 1 || filter->axis == axis));
}

static TM_COLD bool bias_read(tm_interpreter *model, tm_weighted *weighted) {
  const int32_t channels = weighted->channels;
  tm_tensor *bias = &weighted->bias;
  if (!tm_has_input(model, 2)) {
    const uint32_t size = (uint32_t)channels * (uint32_t)sizeof(*weighted->arrays.bias);
    void *zeros = tm_take(model, size);
    if (zeros == NULL) return false;
    weighted->arrays.bias = memset(zeros, 0, size);
    return true;
  }
  if (!tm_input(model, 2, bias)) return false;
  weighted->arrays.bias = (const int32_t *)(const void *)bias->data;
  return tm_require(model, bias->type == TM_INT32 && bias->is_constant && bias->elements == channels);
}

/* Compute how sums become outputs. */
static TM_COLD bool scaling_prepare(tm_interpreter *model, int32_t code, tm_weighted *weighted) {
  const tm_tensor *filter = &weighted->filter, *output = &weighted->output;
  tm_scaling *scaling = &weighted->scaling;
  int32_t *multipliers = tm_take(model, filter->scales.length * (uint32_t)sizeof(*multipliers));
  int8_t *shifts = tm_take(model, filter->scales.length);
  if (shifts == NULL || multipliers == NULL) return false;
  weighted->arrays.multipliers = multipliers;
  weighted->arrays.shifts = shifts;
  scaling->per_channel = filter->scales.length > 1;
  scaling->shifts_right = 1;
  scaling->output_offset = output->zero_point;
  for (uint32_t i = 0; i < filter->scales.length; i++) {
    const float scale = tm_float((uint32_t)tm_int32_at(&model->file, filter->scales, i));
    const tm_factor factor = tm_require_factor(model, weighted->source.scale, scale, output->scale);
    multipliers[i] = factor.multiplier;
    shifts[i] = (int8_t)factor.shift;
    if (factor.shift >= 0) scaling->shifts_right = 0;
  }
  return tm_activation_range(model, code, output, &scaling->activation_min, &scaling->activation_max);
}

bool tm_weighted_read(tm_interpreter *model, uint32_t rank, int32_t axis, uint32_t activation,
                      tm_weighted *weighted) {
  tm_tensor *source = &weighted->source, *filter = &weighted->filter, *output = &weighted->output;
  if (!tm_int8_pair(model, 2, 3, source, output) || !filter_read(model, rank, axis, filter) ||
      !tm_require(model, model->node.options != 0) || !tm_require_apart(model, source, output, false)) {
    return false;
  }
  weighted->channels = filter->shape[axis];
  weighted->arrays.input = (const int8_t *)source->data;
  weighted->arrays.weights = (const int8_t *)filter->data;
  weighted->arrays.output = (int8_t *)output->data;
  return scaling_prepare(model, tm_option(model, TM_FIELD(activation, 1), 0), weighted) &&
         bias_read(model, weighted);
}

void tm_weighted_add(tm_interpreter *model, void (*run)(const void *call), const void *params, uint32_t size,
                     const tm_weighted *weighted) {
  for (const tm_special *special = model->specials; special->general != NULL; special++) {
    if (special->general == run && tm_is_same(special->params, params, size)) {
      run = special->run;
      break;
    }
  }
  tm_weighted_arrays *call = tm_layer_add(model, run, (uint32_t)sizeof(*call) + size, &weighted->output);
  if (call == NULL) return;
  *call = weighted->arrays;
  memcpy(call + 1, params, size);
}
