/* RELU6 of int16; see tinyml/ops/relu6.py. */
#include "tm_rescale.h"

static TM_COLD void prepare(tm_interpreter *model) {
  static const tm_factor same = {1 << 30, 1};
  tm_tensor source, output;
  if (!tm_int16_pair(model, true, &source, &output)) return;
  const float steps = 6.0F / source.scale;
  if (!tm_require(model, steps < 2147483648.0F)) return;
  tm_rescale_s16_params *params = tm_rescale_add(model, &source, &output, same);
  if (params == NULL) return;
  params->output_min = 0;
  params->output_max = tm_min(tm_round(steps), INT16_MAX);
}

const tm_operator tm_op_relu6_wide = {TM_OPERATOR_WIDE | 21, prepare};
