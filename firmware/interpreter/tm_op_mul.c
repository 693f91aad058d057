/* MUL; see tinyml/ops/mul.py. */
#include "mul_s8.h"
#include "tm_binary.h"

TM_SAME_FIELDS(tm_binary_params, tm_mul_s8_params);

typedef struct {
  tm_binary_arrays at;
  tm_mul_s8_params params;
} mul_call;

typedef struct {
  tm_binary_arrays at;
  tm_binary_params params;
} prepared_call;

static void run(const void *data) {
  const mul_call *call = data;
  tm_mul_s8(&call->params, call->at.input[0], call->at.input[1], call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  const tm_factor factor =
      tm_require_factor(model, binary.input[0].scale, binary.input[1].scale, binary.output.scale);
  prepared_call *call = tm_layer_add(model, run, sizeof(*call), &binary.output);
  if (call == NULL) return;
  call->at = binary.arrays;
  call->params = binary.params;
  call->params.output_multiplier = factor.multiplier;
  call->params.output_shift = factor.shift;
}

const tm_operator tm_op_mul = {18, prepare};
