/* PRELU; see tinyml/ops/prelu.py. */
#include "prelu_s8.h"
#include "tm_binary.h"

typedef struct {
  tm_prelu_s8_params params;
  const int8_t *input;
  const int8_t *alpha;
  int8_t *output;
} prelu_call;

static void run(const void *data) {
  const prelu_call *call = data;
  tm_prelu_s8(&call->params, call->input, call->alpha, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary) || !tm_binary_require_int8(model, &binary)) return;
  const tm_tensor *source = &binary.first, *alpha = &binary.second, *output = &binary.output;
  const tm_factor identity = tm_require_factor(model, source->scale, 1.0F, output->scale);
  const tm_factor leaky = tm_require_factor(model, source->scale, alpha->scale, output->scale);
  prelu_call *call = tm_layer_add(model, run, sizeof(*call), output);
  if (call == NULL) return;
  const prelu_call made = {
      .params = {TM_LOOPS_PARAMS(binary.loops), .input_offset = -source->zero_point,
                 .alpha_offset = -alpha->zero_point, .output_offset = output->zero_point,
                 .identity_multiplier = identity.multiplier, .identity_shift = identity.shift,
                 .alpha_multiplier = leaky.multiplier, .alpha_shift = leaky.shift},
      .input = (const int8_t *)source->data,
      .alpha = (const int8_t *)alpha->data,
      .output = (int8_t *)output->data,
  };
  *call = made;
}

const tm_operator tm_op_prelu = {54, prepare};
