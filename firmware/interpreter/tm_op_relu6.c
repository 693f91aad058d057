/* RELU6; see tinyml/ops/relu6.py. */
#include "tm_lookup.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output)) return;
  const float steps = 6.0F / source.scale;
  if (!tm_require(model, steps < 2147483648.0F)) return;
  const int32_t six = tm_min(source.zero_point + tm_round(steps), INT8_MAX);
  int8_t *table = tm_lookup_add(model, &source, &output);
  for (int32_t i = 0; table != NULL && i < 256; i++) {
    table[i] = (int8_t)tm_clamp((int8_t)i, source.zero_point, six);
  }
}

const tm_operator tm_op_relu6 = {21, prepare};
