/* SQUARED_DIFFERENCE; see tinyml/ops/squared_difference.py. */
#include "squared_difference_s8.h"
#include "tm_sum.h"

static void run(const void *data) {
  const tm_sum_call *call = data;
  const tm_sum_s8_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_squared_difference_s8(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  if (binary.first.type == TM_INT32) {
    tm_arithmetic_add(model, &binary, TM_ARITHMETIC_SQUARED_DIFFERENCE, 0);
  } else if (tm_binary_require_int8(model, &binary)) {
    const float larger = binary.first.scale > binary.second.scale ? binary.first.scale : binary.second.scale;
    const tm_factor factor =
        tm_factor_of(larger, larger, binary.output.scale, 2 - 2 * TM_SQUARED_DIFFERENCE_S8_LEFT_SHIFT);
    if (tm_require(model, factor.shift <= TM_MAX_SHIFT)) tm_sum_add(model, run, &binary, factor, 0);
  }
}

const tm_operator tm_op_squared_difference = {99, prepare};
