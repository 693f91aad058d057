#include "tm_rescale.h"

typedef struct {
  tm_rescale_s16_params params;
  const int16_t *input;
  int16_t *output;
} rescale_call;

static void run(const void *data) {
  const rescale_call *call = data;
  tm_rescale_s16(&call->params, call->input, call->output);
}

bool tm_int16_pair(tm_interpreter *model, bool symmetric, tm_tensor *source, tm_tensor *output) {
  return tm_quantized_pair(model, TM_INT16, 1, 1, source, output) &&
         tm_require(model, tm_same_shape(source, output) &&
                               (!symmetric || (source->zero_point == 0 && output->zero_point == 0))) &&
         tm_require_apart(model, source, output, true);
}

tm_rescale_s16_params *tm_rescale_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output,
                                      tm_factor factor) {
  rescale_call *call = tm_is_ok(model) ? tm_layer_add(model, run, sizeof(*call), output) : NULL;
  if (call == NULL) return NULL;
  const rescale_call made = {
      .params = {.size = source->elements,
                 .input_offset = -source->zero_point,
                 .output_offset = output->zero_point,
                 .multiplier = factor.multiplier,
                 .shift = factor.shift,
                 .negative_multiplier = factor.multiplier,
                 .negative_shift = factor.shift,
                 .output_min = INT16_MIN,
                 .output_max = INT16_MAX},
      .input = (const int16_t *)(const void *)source->data,
      .output = (int16_t *)(void *)output->data,
  };
  *call = made;
  return &call->params;
}
