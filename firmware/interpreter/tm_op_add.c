/* ADD; see tinyml/ops/add.py. */
#include "add_s8.h"
#include "tm_binary.h"

typedef struct {
  tm_add_s8_params params;
  const int8_t *input1;
  const int8_t *input2;
  int8_t *output;
} add_call;

static void run(const void *data) {
  const add_call *call = data;
  tm_add_s8(&call->params, call->input1, call->input2, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor first, second, output;
  tm_loops loops;
  int32_t low, high;
  if (!tm_binary_read(model, &first, &second, &output, &loops) ||
      !tm_activation_range(model, tm_option(model, 0, 1, 0), &output, &low, &high)) {
    return;
  }
  const float larger = first.scale > second.scale ? first.scale : second.scale;
  const tm_factor factor1 = tm_factor_of(first.scale, 1.0F, larger, -1); /* to twice the larger scale */
  const tm_factor factor2 = tm_factor_of(second.scale, 1.0F, larger, -1);
  const tm_factor to_output = tm_factor_of(larger, 1.0F, output.scale, 1 - TM_ADD_S8_LEFT_SHIFT);
  /* TFLM stops the program where the last factor is not below 1. */
  if (!tm_require(model, to_output.shift <= 0)) return;
  add_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const add_call made = {
      .params = {TM_LOOPS_PARAMS(loops), .input1_offset = -first.zero_point,
                 .input1_multiplier = factor1.multiplier, .input1_shift = factor1.shift,
                 .input2_offset = -second.zero_point, .input2_multiplier = factor2.multiplier,
                 .input2_shift = factor2.shift, .output_offset = output.zero_point,
                 .output_multiplier = to_output.multiplier, .output_shift = to_output.shift, .activation_min = low,
                 .activation_max = high},
      .input1 = (const int8_t *)first.data,
      .input2 = (const int8_t *)second.data,
      .output = (int8_t *)output.data,
  };
  *call = made;
}

const tm_operator tm_op_add = {0, prepare};
