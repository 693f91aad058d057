/* ABS; see tinyml/ops/abs.py. */
#include "tm_lookup.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output)) return;
  const tm_factor factor = tm_require_factor(model, source.scale, 1.0F, output.scale);
  int8_t *table = tm_lookup_add(model, &source, &output);
  for (int32_t i = 0; table != NULL && tm_is_ok(model) && i < 256; i++) {
    const int32_t x = (int8_t)i - source.zero_point, distance = x < 0 ? -x : x;
    const bool rescaled = source.scale < output.scale || source.scale > output.scale;
    table[i] = tm_lookup_result(&output, rescaled ? tm_scaled(distance, factor) : distance);
  }
}

const tm_operator tm_op_abs = {101, prepare};
