#include "tm_reduce_axes.h"

#include "reduce_extreme_s8.h"

#define TM_MAX_AXES 4 /* TFLM's */

/* Read the axes, input 1, as one bit a dimension. */
static TM_COLD bool axes_read(tm_interpreter *model, const tm_tensor *source, uint32_t *reduced) {
  tm_tensor axes;
  if (!tm_input(model, 1, &axes) ||
      !tm_require(model, axes.type == TM_INT32 && axes.is_constant && axes.elements <= TM_MAX_AXES)) {
    return false;
  }
  const int32_t *values = (const int32_t *)(const void *)axes.data, rank = (int32_t)source->rank;
  *reduced = 0;
  for (int32_t i = 0; i < axes.elements; i++) {
    if (!tm_require(model, values[i] >= -rank && values[i] < rank)) return false;
    *reduced |= 1u << (values[i] < 0 ? values[i] + rank : values[i]);
  }
  return true;
}

/* Whether the output has the shape of the result. */
static TM_COLD bool shape_fits(const tm_tensor *source, uint32_t reduced, bool keep, const tm_tensor *output) {
  uint32_t rank = 0;
  for (uint32_t i = 0; i < source->rank; i++) {
    const bool is_reduced = (reduced >> i & 1) != 0;
    if (is_reduced && !keep) continue;
    if (rank >= output->rank || output->shape[rank] != (is_reduced ? 1 : source->shape[i])) return false;
    rank++;
  }
  return rank == output->rank;
}

/* Merge neighbouring dimensions that are all kept or all reduced, the innermost first. */
static TM_COLD bool loops_find(const tm_tensor *source, uint32_t reduced, tm_reduction *loops) {
  int32_t step = 1, last = -1, free[2] = {TM_REDUCE_LOOPS, TM_REDUCE_LOOPS};
  for (uint32_t i = source->rank; i > 0; i--) {
    const int32_t size = source->shape[i - 1], kind = (int32_t)(reduced >> (i - 1) & 1);
    if (size > 1 && kind == last) {
      loops->size[kind][free[kind]] *= size;
    } else if (size > 1) {
      if (free[kind] == 0) return false;
      free[kind]--;
      loops->size[kind][free[kind]] = size;
      loops->step[kind][free[kind]] = step;
      last = kind;
    }
    step *= size;
  }
  for (int32_t kind = 0; kind < 2; kind++) {
    for (int32_t i = 0; i < free[kind]; i++) {
      loops->size[kind][i] = 1;
      loops->step[kind][i] = 0;
    }
  }
  return true;
}

/* Whether a tensor is of `type`, and quantized where that is not bool. */
static TM_COLD bool has_type(const tm_tensor *tensor, int32_t type) {
  return type == TM_BOOL ? tensor->type == type && tm_is_computed(tensor) : tm_is_quantized(tensor, type);
}

bool tm_reduction_read(tm_interpreter *model, int32_t type, tm_reduction *reduction) {
  const tm_tensor *source = &reduction->source, *output = &reduction->output;
  uint32_t reduced;
  if (!tm_require(model, model->node.inputs.length == 2) || !tm_input(model, 0, &reduction->source) ||
      !tm_output(model, &reduction->output) ||
      !tm_require(model, has_type(source, type) && has_type(output, type)) ||
      !axes_read(model, source, &reduced)) {
    return false;
  }
  const bool keep = tm_option(model, TM_FIELD(0, 1), 0) != 0;
  reduction->count = source->elements / output->elements;
  return tm_require(model, shape_fits(source, reduced, keep, output) && loops_find(source, reduced, reduction)) &&
         tm_require_apart(model, source, output, true);
}

typedef struct {
  tm_reduce_extreme_s8_params params;
  const int8_t *input;
  int8_t *output;
} extreme_call;

static void run_extreme(const void *data) {
  const extreme_call *call = data;
  tm_reduce_extreme_s8(&call->params, call->input, call->output);
}

static TM_COLD void extreme_add(tm_interpreter *model, const tm_reduction *reduction, bool smallest) {
  const tm_tensor *source = &reduction->source, *output = &reduction->output;
  extreme_call *call = tm_layer_add(model, run_extreme, sizeof(*call), output);
  if (call == NULL) return;
  const extreme_call made = {
      .params = {TM_REDUCTION_PARAMS(*reduction), .smallest = smallest},
      .input = (const int8_t *)source->data,
      .output = (int8_t *)output->data,
  };
  *call = made;
}

void tm_extreme_prepare(tm_interpreter *model, bool smallest) {
  tm_reduction reduction;
  const tm_tensor *source = &reduction.source, *output = &reduction.output;
  if (tm_reduction_read(model, TM_INT8, &reduction) &&
      tm_require(model, source->scale == output->scale && source->zero_point == output->zero_point)) {
    extreme_add(model, &reduction, smallest);
  }
}

void tm_all_prepare(tm_interpreter *model) {
  tm_reduction reduction;
  if (tm_reduction_read(model, TM_BOOL, &reduction)) extreme_add(model, &reduction, true);
}
