#include "tm_lookup.h"

#include "lookup_s8.h"
#include "tm_requantize.h"

typedef struct {
  tm_lookup_s8_params params;
  const int8_t *input;
  int8_t *output;
  const int8_t *table;
} lookup_call;

static void run(const void *data) {
  const lookup_call *call = data;
  tm_lookup_s8(&call->params, call->input, call->table, call->output);
}

int8_t *tm_lookup_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output) {
  if (!tm_require(model, tm_same_shape(source, output)) || !tm_require_apart(model, source, output, true)) {
    return NULL;
  }
  lookup_call *call = tm_layer_add(model, run, sizeof(*call), output);
  if (call == NULL) return NULL;
  call->params.size = source->elements;
  call->input = (const int8_t *)source->data;
  call->output = (int8_t *)output->data;
  call->table = tm_prepared(model, 256);
  if (call->table != NULL) return NULL;
  int8_t *table = tm_take(model, 256);
  call->table = table;
  return table;
}

void tm_lookup_rescale(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output, int32_t low) {
  const tm_factor factor = tm_require_factor(model, source->scale, 1.0F, output->scale);
  int8_t *table = tm_lookup_add(model, source, output);
  for (int32_t i = 0; table != NULL && tm_is_ok(model) && i < 256; i++) {
    const int32_t value = source->type == TM_UINT8 ? i : (int8_t)i;
    const int32_t scaled = tm_scaled(value - source->zero_point, factor);
    table[i] = (int8_t)tm_clamp(tm_wrapping_add(scaled, output->zero_point), low, INT8_MAX);
  }
}
