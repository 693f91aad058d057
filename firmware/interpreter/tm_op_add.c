/* ADD; see tinyml/ops/add.py. */
#include "add_s8.h"
#include "tm_binary.h"

typedef struct {
  tm_binary_arrays at;
  tm_add_s8_params params;
} add_call;

/* The kernel's parameters. */
typedef struct {
  tm_binary_params binary;
  tm_factor input_factor[2];
} add_params;
TM_SAME_FIELDS(add_params, tm_add_s8_params);

void tm_run_add(const void *data) {
  const add_call *call = data;
  const tm_add_s8_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_add_s8(&params, call->at.input1, call->at.input2, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  const float first = binary.input[0].scale, second = binary.input[1].scale,
              larger = first > second ? first : second;
  const tm_factor to_output = tm_factor_of(larger, 1.0F, binary.output.scale, 1 - TM_ADD_S8_LEFT_SHIFT);
  /* TFLM stops the program where this factor is not below 1. */
  if (!tm_require(model, to_output.shift <= 0)) return;
  binary.params.output_multiplier = to_output.multiplier;
  binary.params.output_shift = to_output.shift;
  const add_params params = {
      binary.params,
      {tm_factor_of(first, 1.0F, larger, -1), tm_factor_of(second, 1.0F, larger, -1)}, /* to twice the larger */
  };
  tm_binary_arrays *call =
      tm_kernel_add(model, tm_run_add, sizeof(*call), &params, sizeof(params), &binary.output);
  if (call != NULL) *call = binary.arrays;
}

const tm_operator tm_op_add = {0, prepare};
