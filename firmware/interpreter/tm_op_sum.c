/* SUM; see tinyml/ops/sum.py. */
#include "tm_reduce_axes.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_reduction reduction;
  if (!tm_reduction_read(model, &reduction)) return;
  const tm_factor factor = tm_require_factor(model, reduction.source.scale, 1.0F, reduction.output.scale);
  tm_rescaled_sum_add(model, &reduction, factor);
}

const tm_operator tm_op_sum = {74, prepare};
