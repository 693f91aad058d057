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
      !tm_axis_of(model, &source, &axis) || !tm_require(model, shape_fits(&source, axis, &output)) ||
      !tm_require_apart(model, &source, &output, false)) {
    return;
  }
  arg_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const tm_arg_extreme_s8_params params = {
      .outer = tm_size_between(&source, 0, axis),
      .size = source.shape[axis],
      .inner = tm_size_between(&source, axis + 1, source.rank),
      .smallest = smallest,
  };
  const arg_call made = {params, (const int8_t *)source.data, (int32_t *)(void *)output.data};
  *call = made;
}
