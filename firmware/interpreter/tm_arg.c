#include "tm_arg.h"

#include "arg_extreme_s8.h"

typedef struct {
  tm_arg_extreme_s8_params params;
  const int8_t *input;
  int32_t *output;
} arg_call;

static void run(const void *data) {
  const arg_call *call = data;
  tm_arg_extreme_s8(&call->params, call->input, call->output);
}

/* Read the axis, input 1, counted from the front. */
static TM_COLD bool axis_read(tm_interpreter *model, const tm_tensor *source, uint32_t *axis) {
  tm_tensor tensor;
  if (!tm_input(model, 1, &tensor) ||
      !tm_require(model, tensor.type == TM_INT32 && tensor.is_constant && tensor.elements == 1)) {
    return false;
  }
  const int32_t value = *(const int32_t *)(const void *)tensor.data, rank = (int32_t)source->rank;
  *axis = (uint32_t)(value < 0 ? value + rank : value);
  return tm_require(model, value >= -rank && value < rank);
}

/* Whether the output has the input's shape without the axis. */
static TM_COLD bool shape_fits(const tm_tensor *source, uint32_t axis, const tm_tensor *output) {
  bool fits = output->rank + 1 == source->rank;
  for (uint32_t i = 0; fits && i < output->rank; i++) {
    fits = output->shape[i] == source->shape[i < axis ? i : i + 1];
  }
  return fits;
}

void tm_arg_prepare(tm_interpreter *model, bool smallest) {
  tm_tensor source, output;
  uint32_t axis;
  if (!tm_require(model, model->node.inputs.length == 2) || !tm_input(model, 0, &source) ||
      !tm_output(model, &output) || !tm_require(model, tm_is_int8(&source) && output.type == TM_INT32) ||
      !axis_read(model, &source, &axis) || !tm_require(model, shape_fits(&source, axis, &output)) ||
      !tm_require_apart(model, &source, &output, false)) {
    return;
  }
  arg_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  tm_arg_extreme_s8_params params = {.outer = 1, .size = source.shape[axis], .inner = 1, .smallest = smallest};
  for (uint32_t i = 0; i < axis; i++) params.outer *= source.shape[i];
  for (uint32_t i = axis + 1; i < source.rank; i++) params.inner *= source.shape[i];
  const arg_call made = {params, (const int8_t *)source.data, (int32_t *)(void *)output.data};
  *call = made;
}
