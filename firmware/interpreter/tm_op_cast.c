/* CAST; see tinyml/ops/cast.py. */
#include "cast.h"
#include "tm_move.h"

#define TM_CAST_FROM \
  (TM_TYPE(TM_INT8) | TM_TYPE(TM_INT16) | TM_TYPE(TM_INT32) | TM_TYPE(TM_UINT32) | TM_TYPE(TM_BOOL))
#define TM_CAST_TO (TM_TYPES_8_16_32 | TM_TYPE(TM_UINT32))

typedef struct {
  tm_cast_params params;
  const int8_t *input;
  int8_t *output;
} cast_call;

static void run(const void *data) {
  const cast_call *call = data;
  tm_cast(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_require(model, model->node.inputs.length == 1) || !tm_input(model, 0, &source) ||
      !tm_output(model, &output) ||
      !tm_require(model, tm_is_moved(&source, TM_CAST_FROM) && tm_is_moved(&output, TM_CAST_TO) &&
                             tm_same_shape(&source, &output)) ||
      !tm_require_apart(model, &source, &output, false)) {
    return;
  }
  cast_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  call->params.size = source.elements;
  call->params.input_type = source.type;
  call->params.output_type = output.type;
  call->input = (const int8_t *)source.data;
  call->output = (int8_t *)output.data;
}

const tm_operator tm_op_cast = {53, prepare};
