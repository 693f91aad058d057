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
  const int32_t high = output->type == TM_UINT8 ? UINT8_MAX : INT8_MAX;
  int8_t *table = tm_lookup_add(model, source, output);
  for (int32_t i = 0; table != NULL && tm_is_ok(model) && i < 256; i++) {
    const int32_t value = source->type == TM_UINT8 ? i : (int8_t)i;
    const int32_t scaled = tm_scaled(value - source->zero_point, factor);
    table[i] = (int8_t)tm_clamp(tm_wrapping_add(scaled, output->zero_point), low, high);
  }
}

int8_t tm_lookup_result(const tm_tensor *output, int32_t steps) {
  return (int8_t)tm_clamp(tm_wrapping_add(steps, output->zero_point), INT8_MIN, INT8_MAX);
}

#define TM_SIGMOID_BITS 4 /* integer bits of the input, scaled: beyond 16 the result is at an end of its range */

void tm_lookup_sigmoid(tm_interpreter *model, int32_t (*function)(int32_t x), int32_t fraction_bits,
                       int32_t zero_point) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output)) return;
  tm_factor factor = tm_factor_of(source.scale, 1.0F, 1.0F, 31 - TM_SIGMOID_BITS);
  if (!tm_require(model, output.zero_point == zero_point && factor.multiplier != 0 && factor.shift >= 0)) return;
  if (factor.shift > 31) factor.shift = 31; /* the radius is 0 there: every result is at an end */
  const int32_t radius = tm_input_radius(TM_SIGMOID_BITS, factor.shift);
  int8_t *table = tm_lookup_add(model, &source, &output);
  for (int32_t i = 0; table != NULL && i < 256; i++) {
    const int32_t x = (int8_t)i - source.zero_point;
    if (x <= -radius) {
      table[i] = INT8_MIN;
    } else if (x >= radius) {
      table[i] = INT8_MAX;
    } else {
      const int32_t value = function(tm_scaled(x, factor));
      table[i] = tm_lookup_result(&output, tm_rounding_shift(value, 31 - fraction_bits));
    }
  }
}
