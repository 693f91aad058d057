/* ABS of int16; see tinyml/ops/abs.py. */
#include "tm_rescale.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_int16_pair(model, true, &source, &output)) return;
  const tm_factor factor = tm_require_factor(model, source.scale, 1.0F, output.scale);
  tm_rescale_s16_params *params = tm_rescale_add(model, &source, &output, factor);
  if (params != NULL) params->absolute = 1;
}

const tm_operator tm_op_abs_wide = {TM_OPERATOR_WIDE | 101, prepare};
