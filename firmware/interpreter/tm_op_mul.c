/* MUL; see tinyml/ops/mul.py. */
#include "mul_s8.h"
#include "tm_binary.h"

typedef struct {
  tm_mul_s8_params params;
  const int8_t *input1;
  const int8_t *input2;
  int8_t *output;
} mul_call;

static void run(const void *data) {
  const mul_call *call = data;
  tm_mul_s8(&call->params, call->input1, call->input2, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor first, second, output;
  tm_loops loops;
  int32_t low, high;
  if (!tm_binary_read(model, &first, &second, &output, &loops) ||
      !tm_activation_range(model, tm_option(model, 0, 1, 0), &output, &low, &high)) {
    return;
  }
  const tm_factor factor = tm_require_factor(model, first.scale, second.scale, output.scale);
  mul_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const mul_call made = {
      .params = {TM_LOOPS_PARAMS(loops), .input1_offset = -first.zero_point, .input2_offset = -second.zero_point,
                 .output_offset = output.zero_point, .output_multiplier = factor.multiplier,
                 .output_shift = factor.shift, .activation_min = low, .activation_max = high},
      .input1 = (const int8_t *)first.data,
      .input2 = (const int8_t *)second.data,
      .output = (int8_t *)output.data,
  };
  *call = made;
}

const tm_operator tm_op_mul = {18, prepare};
