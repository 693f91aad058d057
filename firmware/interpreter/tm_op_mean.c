/* MEAN; see tinyml/ops/mean.py. */
#include "tm_reduce_axes.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_reduction reduction;
  uint32_t rest;
  if (!tm_reduction_read(model, &reduction)) return;
  tm_factor factor = tm_require_factor(model, reduction.source.scale, 1.0F, reduction.output.scale);
  /* TFLM works the division by the count into the multiplier, with as many bits as the count has. */
  int32_t bits = 0;
  while (reduction.count >> (bits + 1) != 0 && bits < 31 + factor.shift) bits++;
  const uint64_t dividend = (uint64_t)factor.multiplier << bits;
  factor.multiplier = (int32_t)tm_divide(dividend, (uint32_t)reduction.count, &rest);
  factor.shift -= bits;
  tm_rescaled_sum_add(model, &reduction, factor);
}

const tm_operator tm_op_mean = {40, prepare};
