#include "tm_weighted.h"

#include <string.h>

/* int4 weights as int8, at the arena's end. */
static TM_COLD const int8_t *unpack(tm_interpreter *model, const tm_tensor *filter) {
  int8_t *weights = tm_take(model, (uint32_t)filter->elements);
  for (int32_t i = 0; weights != NULL && i < filter->elements; i++) {
    const int32_t pair = filter->data[i / 2] << (i % 2 == 0 ? 4 : 0);
    weights[i] = (int8_t)((int8_t)pair >> 4);
  }
  return weights;
}

static TM_COLD bool filter_read(tm_interpreter *model, bool int4, uint32_t rank, int32_t axis,
                                tm_weighted *weighted) {
  tm_tensor *filter = &weighted->filter;
  if (!tm_input(model, 1, filter)) return false;
  int4 = int4 && filter->type == TM_INT4;
  if (!tm_require(model, (int4 || filter->type == TM_INT8) && filter->is_constant && filter->rank == rank &&
                             filter->scales.length != 0 && (filter->scales.length == 1 || filter->axis == axis))) {
    return false;
  }
  weighted->channels = filter->shape[axis];
  const int8_t *weights = (const int8_t *)filter->data;
  if (int4) {
    weights = tm_prepared(model, (uint32_t)filter->elements);
    if (weights == NULL) weights = unpack(model, filter);
  }
  weighted->arrays.weights = weights;
  return weights != NULL;
}

static TM_COLD bool bias_read(tm_interpreter *model, uint32_t position, tm_weighted *weighted) {
  tm_tensor *bias = &weighted->bias;
  weighted->arrays.bias = NULL;
  weighted->bias_words = 1;
  bias->type = -1;
  if (!tm_has_input(model, position)) return true;
  if (!tm_input(model, position, bias)) return false;
  weighted->arrays.bias = (const int32_t *)(const void *)bias->data;
  if (bias->type == TM_INT64 && weighted->source.type == TM_INT16) weighted->bias_words = 2;
  return tm_require(model, (bias->type == TM_INT32 || weighted->bias_words == 2) && bias->is_constant &&
                               bias->elements == weighted->channels);
}

/* Compute a multiplier for each scale of the filter and, behind them, the shifts. */
static TM_COLD const int32_t *factors_compute(tm_interpreter *model, uint32_t bytes, const tm_weighted *weighted) {
  const tm_vector scales = weighted->filter.scales;
  int32_t *multipliers = tm_take(model, bytes);
  if (multipliers == NULL) return NULL;
  int8_t *shifts = (int8_t *)(multipliers + scales.length);
  for (uint32_t i = 0; i < scales.length; i++) {
    const float scale = tm_float((uint32_t)tm_int32_at(&model->file, scales, i));
    const tm_factor factor = tm_require_factor(model, weighted->source.scale, scale, weighted->output.scale);
    multipliers[i] = factor.multiplier;
    shifts[i] = (int8_t)factor.shift;
  }
  return multipliers;
}

/* Find how sums become outputs. */
static TM_COLD bool scaling_read(tm_interpreter *model, int32_t code, tm_weighted *weighted) {
  const uint32_t count = weighted->filter.scales.length;
  const uint32_t bytes = count * (uint32_t)(sizeof(int32_t) + sizeof(int8_t));
  tm_scaling *scaling = &weighted->scaling;
  const int32_t *multipliers = tm_prepared(model, bytes);
  if (multipliers == NULL) multipliers = factors_compute(model, bytes, weighted);
  if (multipliers == NULL) return false;
  const int8_t *shifts = (const int8_t *)(multipliers + count);
  weighted->arrays.multipliers = multipliers;
  weighted->arrays.shifts = shifts;
  scaling->per_channel = count > 1;
  scaling->shifts_right = 1;
  scaling->output_offset = weighted->output.zero_point;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t shift = shifts[i];
    if (!tm_require(model, multipliers[i] >= 0 && shift >= -31 && shift <= TM_MAX_SHIFT)) return false;
    if (shift >= 0) scaling->shifts_right = 0;
  }
  return tm_activation_range(model, code, &weighted->output, &scaling->activation_min, &scaling->activation_max);
}

bool tm_weighted_read(tm_interpreter *model, int32_t type, uint32_t source_at, uint32_t rank, int32_t axis,
                      uint32_t activation, tm_weighted *weighted) {
  const uint32_t bias_at = source_at == 0 ? 2 : source_at + 1, count = model->node.inputs.length;
  tm_tensor *source = &weighted->source, *output = &weighted->output;
  if (!tm_require(model, count == bias_at || count == bias_at + 1) || !tm_input(model, source_at, source) ||
      !tm_output(model, output) ||
      !tm_require(model, tm_is_quantized(source, type) && tm_is_quantized(output, type) &&
                             (type == TM_INT8 || (source->zero_point | output->zero_point) == 0)) ||
      !filter_read(model, type == TM_INT8 && source_at == 0, rank, axis, weighted) ||
      !tm_require(model, model->node.options != 0) || !tm_require_apart(model, source, output, false)) {
    return false;
  }
  weighted->arrays.input = (const int8_t *)source->data;
  weighted->arrays.output = (int8_t *)output->data;
  return scaling_read(model, tm_option(model, TM_FIELD(activation, 1), 0), weighted) &&
         bias_read(model, bias_at, weighted);
}

void tm_weighted_add(tm_interpreter *model, tm_run *run, const void *params, uint32_t size,
                     const tm_weighted *weighted) {
  tm_weighted_arrays *call = tm_kernel_add(model, run, sizeof(*call), params, size, &weighted->output);
  if (call == NULL) return;
  *call = weighted->arrays;
  if (call->bias == NULL) {
    const uint32_t bytes = (uint32_t)(weighted->channels * weighted->bias_words) * (uint32_t)sizeof(*call->bias);
    void *zeros = tm_take(model, bytes);
    if (zeros == NULL) return;
    call->bias = memset(zeros, 0, bytes);
  }
}
