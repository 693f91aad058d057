/* MUL of int16 and int32; see tinyml/ops/mul.py. */
#include "mul_s16.h"
#include "tm_arithmetic.h"
#include "tm_product.h"

static void run(const void *data) {
  const tm_mul_call *call = data;
  const tm_mul_s16_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_mul_s16(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  if (binary.first.type == TM_INT32) {
    tm_arithmetic_add(model, &binary, TM_ARITHMETIC_MUL, tm_option(model, TM_FIELD(0, 1), 0));
  } else if (tm_binary_require_symmetric(model, &binary)) {
    tm_product_add(model, run, &binary);
  }
}

const tm_operator tm_op_mul_wide = {TM_OPERATOR_WIDE | 18, prepare};
