/* DIV; see tinyml/ops/div.py. */
#include "div_s8.h"
#include "tm_binary.h"

#define TM_LEAST_HEADROOM 23 /* sign bits of a number's distance from the zero point, but one */

typedef struct {
  tm_binary_arrays at;
  tm_div_s8_params params;
} div_call;

static void run(const void *data) {
  const div_call *call = data;
  const tm_div_s8_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_div_s8(&params, call->at.input1, call->at.input2, call->at.output);
}

/* The largest distance from 0 that a divisor may have; 0 where a constant one is 0 somewhere. */
static TM_COLD int32_t largest_divisor(const tm_tensor *divisor) {
  if (!divisor->is_constant) return tm_max(divisor->zero_point - INT8_MIN, INT8_MAX - divisor->zero_point);
  int32_t largest = 0;
  for (int32_t i = 0; i < divisor->elements; i++) {
    const int32_t x = ((const int8_t *)divisor->data)[i] - divisor->zero_point;
    if (x == 0) return 0;
    largest = tm_max(largest, x < 0 ? -x : x);
  }
  return largest;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  const tm_tensor *first = &binary.first, *second = &binary.second, *output = &binary.output;
  int32_t low, high;
  if (!tm_binary_read(model, &binary) || !tm_binary_require(model, &binary, TM_INT8) ||
      !tm_activation_range(model, tm_option(model, TM_FIELD(0, 1), 0), output, &low, &high)) {
    return;
  }
  const tm_factor factor = tm_quotient_of(first->scale, second->scale, output->scale);
  const int32_t largest = largest_divisor(second);
  if (!tm_require(model, largest != 0 && factor.multiplier != 0 && factor.shift >= tm_div_s8_bits(largest) &&
                             factor.shift <= TM_LEAST_HEADROOM)) {
    return;
  }
  const tm_div_s8_params params = {
      TM_LOOPS_PARAMS(binary.loops),
      .input1_offset = -first->zero_point,
      .input2_offset = -second->zero_point,
      .output_offset = output->zero_point,
      .output_multiplier = factor.multiplier,
      .output_shift = factor.shift,
      .activation_min = low,
      .activation_max = high,
  };
  tm_binary_add(model, run, &params, sizeof(params), &binary);
}

const tm_operator tm_op_div = {42, prepare};
