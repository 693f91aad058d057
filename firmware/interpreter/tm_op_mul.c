/* MUL; see tinyml/ops/mul.py. */
#include "mul_s8.h"
#include "tm_product.h"

void tm_run_mul(const void *data) {
  const tm_mul_call *call = data;
  const tm_mul_s8_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_mul_s8(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (tm_binary_read(model, &binary) && tm_binary_require(model, &binary, TM_INT8)) {
    tm_product_add(model, tm_run_mul, &binary);
  }
}

const tm_operator tm_op_mul = {18, prepare};
