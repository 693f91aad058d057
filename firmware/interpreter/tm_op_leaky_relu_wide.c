/* LEAKY_RELU of int16; see tinyml/ops/leaky_relu.py. */
#include "tm_alpha.h"
#include "tm_rescale.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  tm_alpha alpha;
  if (!tm_int16_pair(model, false, &source, &output) || !tm_alpha_read(model, &source, &output, &alpha)) return;
  tm_rescale_s16_params *params = tm_rescale_add(model, &source, &output, alpha.identity);
  if (params == NULL) return;
  params->negative_multiplier = alpha.leaky.multiplier;
  params->negative_shift = alpha.leaky.shift;
  params->negate = alpha.negative;
}

const tm_operator tm_op_leaky_relu_wide = {TM_OPERATOR_WIDE | 98, prepare};
