/* LEAKY_RELU; see tinyml/ops/leaky_relu.py. */
#include "tm_alpha.h"
#include "tm_lookup.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  tm_alpha alpha;
  if (!tm_int8_pair(model, 1, 1, &source, &output) || !tm_alpha_read(model, &source, &output, &alpha)) return;
  int8_t *table = tm_lookup_add(model, &source, &output);
  for (int32_t i = 0; table != NULL && i < 256; i++) {
    const int32_t x = (int8_t)i - source.zero_point;
    const int32_t steps = tm_scaled(x, x < 0 ? alpha.leaky : alpha.identity);
    table[i] = tm_lookup_result(&output, x < 0 && alpha.negative ? (int32_t)(0u - (uint32_t)steps) : steps);
  }
}

const tm_operator tm_op_leaky_relu = {98, prepare};
