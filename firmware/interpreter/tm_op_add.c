/* ADD; see tinyml/ops/add.py. */
#include "add_s8.h"
#include "tm_sum.h"

void tm_run_add(const void *data) {
  const tm_sum_call *call = data;
  const tm_sum_s8_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_add_s8(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  const int32_t activation = tm_option(model, TM_FIELD(0, 1), 0);
  if (binary.first.type == TM_INT32) {
    /* TFLM leaves an activation out here. */
    if (tm_require(model, activation == 0)) tm_arithmetic_add(model, &binary, TM_ARITHMETIC_ADD, 0);
  } else if (tm_binary_require_int8(model, &binary)) {
    tm_sum_add(model, tm_run_add, &binary, tm_sum_factor(model, &binary), activation);
  }
}

const tm_operator tm_op_add = {0, prepare};
