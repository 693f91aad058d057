/* ADD; see tinyml/ops/add.py. */
#include "add_s8.h"
#include "tm_binary.h"

/* The kernel's parameters. */
typedef struct {
  tm_binary_params binary;
  tm_factor input_factor[2];
} add_params;
TM_SAME_FIELDS(add_params, tm_add_s8_params);

typedef struct {
  tm_binary_arrays at;
  tm_add_s8_params params;
} add_call;

typedef struct {
  tm_binary_arrays at;
  add_params params;
} prepared_call;

static void run(const void *data) {
  const add_call *call = data;
  tm_add_s8(&call->params, call->at.input[0], call->at.input[1], call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  const float first = binary.input[0].scale, second = binary.input[1].scale,
              larger = first > second ? first : second;
  const tm_factor to_output = tm_factor_of(larger, 1.0F, binary.output.scale, 1 - TM_ADD_S8_LEFT_SHIFT);
  /* TFLM stops the program where this factor is not below 1. */
  if (!tm_require(model, to_output.shift <= 0)) return;
  prepared_call *call = tm_layer_add(model, run, sizeof(*call), &binary.output);
  if (call == NULL) return;
  call->at = binary.arrays;
  call->params.binary = binary.params;
  call->params.binary.output_multiplier = to_output.multiplier;
  call->params.binary.output_shift = to_output.shift;
  call->params.input_factor[0] = tm_factor_of(first, 1.0F, larger, -1); /* to twice the larger scale */
  call->params.input_factor[1] = tm_factor_of(second, 1.0F, larger, -1);
}

const tm_operator tm_op_add = {0, prepare};
