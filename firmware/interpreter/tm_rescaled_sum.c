#include "tm_rescaled_sum.h"

#define TM_MAX_COUNT (1 << 23) /* int8 elements whose sum fits 32 bits; sums of int16 wrap */

/* TFLM works the division by the count into the multiplier, with as many bits as the count has. */
static TM_COLD void factor_divide(tm_factor *factor, int32_t count) {
  uint32_t rest;
  int32_t bits = 0;
  while (count >> (bits + 1) != 0 && bits < 31 + factor->shift) bits++;
  factor->multiplier = (int32_t)tm_divide((uint64_t)factor->multiplier << bits, (uint32_t)count, &rest);
  factor->shift -= bits;
}

void tm_sum_of_axes_prepare(tm_interpreter *model, int32_t type, tm_run *run, bool mean) {
  tm_reduction reduction;
  const tm_tensor *source = &reduction.source, *output = &reduction.output;
  if (!tm_reduction_read(model, type, &reduction) || !tm_require(model, reduction.count <= TM_MAX_COUNT)) return;
  tm_factor factor = tm_require_factor(model, source->scale, 1.0F, output->scale);
  if (mean) factor_divide(&factor, reduction.count);
  tm_mean_call *call = tm_layer_add(model, run, sizeof(*call), output);
  if (call == NULL) return;
  const uint32_t offset = 0u - (uint32_t)source->zero_point * (uint32_t)reduction.count;
  const tm_mean_call made = {
      .params = {TM_REDUCTION_PARAMS(reduction), .input_offset = (int32_t)offset, .multiplier = factor.multiplier,
                 .shift = factor.shift, .output_offset = output->zero_point},
      .input = source->data,
      .output = output->data,
  };
  *call = made;
}
