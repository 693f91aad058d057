/* LEAKY_RELU; see tinyml/ops/leaky_relu.py. */
#include "tm_lookup.h"

/* A finite number's distance from 0. */
static TM_COLD float distance_of(float x) { return x < 0.0F ? -x : x; }

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output) || !tm_require(model, model->node.options != 0)) return;
  const float alpha = tm_float((uint32_t)tm_option(model, TM_FIELD(0, 4), 0)), slope = distance_of(alpha);
  if (!tm_require(model, slope <= 3.40282347e38F)) return; /* neither infinite nor a NaN */
  const tm_factor none = {0, 0};
  const tm_factor identity = tm_require_factor(model, source.scale, 1.0F, output.scale);
  const tm_factor leaky = slope > 0.0F ? tm_require_factor(model, source.scale, slope, output.scale) : none;
  int8_t *table = tm_lookup_add(model, &source, &output);
  for (int32_t i = 0; table != NULL && tm_is_ok(model) && i < 256; i++) {
    const int32_t x = (int8_t)i - source.zero_point;
    const tm_factor factor = x < 0 ? leaky : identity;
    const int32_t steps = tm_scaled(x, factor);
    table[i] = tm_lookup_result(&output, x < 0 && alpha < 0.0F ? (int32_t)(0u - (uint32_t)steps) : steps);
  }
}

const tm_operator tm_op_leaky_relu = {98, prepare};
