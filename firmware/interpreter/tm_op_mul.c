/* MUL; see tinyml/ops/mul.py. */
#include "mul_s8.h"
#include "tm_binary.h"

TM_SAME_FIELDS(tm_binary_params, tm_mul_s8_params);

typedef struct {
  tm_binary_arrays at;
  tm_mul_s8_params params;
} mul_call;

void tm_run_mul(const void *data) {
  const mul_call *call = data;
  const tm_mul_s8_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_mul_s8(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  const tm_factor factor =
      tm_require_factor(model, binary.input[0].scale, binary.input[1].scale, binary.output.scale);
  binary.params.output_multiplier = factor.multiplier;
  binary.params.output_shift = factor.shift;
  tm_binary_arrays *call =
      tm_kernel_add(model, tm_run_mul, sizeof(*call), &binary.params, sizeof(binary.params), &binary.output);
  if (call != NULL) *call = binary.arrays;
}

const tm_operator tm_op_mul = {18, prepare};
