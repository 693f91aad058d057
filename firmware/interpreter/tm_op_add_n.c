/* ADD_N; see tinyml/ops/add_n.py. */
#include "add_n_s8.h"
#include "tm_quantized.h"

typedef struct {
  tm_add_n_s8_params params;
  const int8_t *inputs[TM_ADD_N_S8_INPUTS];
  int8_t *output;
} add_n_call;

static void run(const void *data) {
  const add_n_call *call = data;
  const int8_t *const *in = call->inputs;
  tm_add_n_s8(&call->params, in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], call->output);
}

/* Whether a tensor is quantized as the first input is, and of the output's shape. TFLM adds rightly only with the
 * zero point 0. */
static TM_COLD bool fits(const tm_tensor *source, const tm_tensor *first, const tm_tensor *output) {
  return tm_is_int8(source) && source->zero_point == 0 && tm_is_same(&source->scale, &first->scale, 4) &&
         tm_same_shape(source, output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor first, output;
  const uint32_t count = model->node.inputs.length;
  if (!tm_int8_pair(model, 2, TM_ADD_N_S8_INPUTS, &first, &output)) return;
  const tm_factor factor = tm_factor_of(first.scale, 1.0F, output.scale, 1 - 20);
  if (!tm_require(model, factor.shift <= 0)) return; /* TFLM stops the program there */
  add_n_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const tm_add_n_s8_params params = {.size = output.elements,
                                     .inputs = (int32_t)count,
                                     .output_offset = output.zero_point,
                                     .output_multiplier = factor.multiplier,
                                     .output_shift = factor.shift};
  call->params = params;
  call->output = (int8_t *)output.data;
  for (uint32_t i = 0; i < TM_ADD_N_S8_INPUTS; i++) {
    tm_tensor source;
    if (!tm_input(model, i < count ? i : 0, &source) || !tm_require(model, fits(&source, &first, &output)) ||
        !tm_require_apart(model, &source, &output, true)) {
      return;
    }
    call->inputs[i] = (const int8_t *)source.data;
  }
}

const tm_operator tm_op_add_n = {106, prepare};
