/* CONCATENATION; see tinyml/ops/concatenation.py. */
#include "copy_s8.h"
#include "tm_move.h"

#define TM_MAX_INPUTS 10 /* TFLM's */

typedef struct {
  tm_copy_s8_params params;
  const int8_t *input;
} concatenation_part;

typedef struct {
  uint32_t count;
  int8_t *output;
  concatenation_part parts[TM_MAX_INPUTS];
} concatenation_call;

static void run(const void *data) {
  const concatenation_call *call = data;
  for (uint32_t i = 0; i < call->count; i++)
    tm_copy_s8(&call->parts[i].params, call->parts[i].input, call->output);
}

/* Whether a tensor is the output but for its size along `axis`. */
static TM_COLD bool fits(const tm_tensor *source, const tm_tensor *output, uint32_t axis) {
  bool same = tm_is_moved(source, TM_TYPE(output->type)) && source->rank == output->rank;
  if (output->type == TM_INT8) {
    same = same && tm_is_int8(source) && tm_is_int8(output) && source->scale == output->scale &&
           source->zero_point == output->zero_point;
  } else if (output->type == TM_INT16) {
    same = same && (source->scales.length == 0 || source->zero_point == 0) &&
           (output->scales.length == 0 || output->zero_point == 0);
  }
  for (uint32_t i = 0; same && i < output->rank; i++) same = i == axis || source->shape[i] == output->shape[i];
  return same;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  const uint32_t count = model->node.inputs.length;
  if (!tm_require(model, count >= 1 && count <= TM_MAX_INPUTS) || !tm_output(model, &output) ||
      !tm_require(model, tm_is_moved(&output, TM_TYPES_8_16_32 | TM_TYPE(TM_BOOL) | TM_TYPE(TM_INT64)))) {
    return;
  }
  const int32_t rank = (int32_t)output.rank;
  int32_t axis = tm_option(model, TM_FIELD(0, 4), 0);
  if (!tm_require(model, model->node.options != 0 && tm_option(model, TM_FIELD(1, 1), 0) == 0 && axis >= -rank &&
                             axis < rank)) {
    return;
  }
  if (axis < 0) axis += rank;
  int32_t rows = 1, start = 0, along = 0;
  for (int32_t i = 0; i < axis; i++) rows *= output.shape[i];
  concatenation_call *call = tm_layer_add(
      model, run, (uint32_t)(sizeof(*call) - (TM_MAX_INPUTS - count) * sizeof(call->parts[0])), &output);
  if (call == NULL) return;
  call->count = count;
  call->output = (int8_t *)output.data;
  for (uint32_t i = 0; i < count; i++) {
    if (!tm_input(model, i, &source) || !tm_require(model, fits(&source, &output, (uint32_t)axis)) ||
        !tm_require_apart(model, &source, &output, false)) {
      return;
    }
    concatenation_part *part = &call->parts[i];
    part->params.rows = rows;
    part->params.row_size = (int32_t)source.bytes / rows;
    part->params.output_step = (int32_t)output.bytes / rows;
    part->params.output_start = start;
    part->input = (const int8_t *)source.data;
    start += part->params.row_size;
    along += source.shape[axis];
    if (!tm_require(model, along <= output.shape[axis])) return;
  }
  tm_require(model, along == output.shape[axis]);
}

const tm_operator tm_op_concatenation = {2, prepare};
