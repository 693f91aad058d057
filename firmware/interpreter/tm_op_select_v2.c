/* SELECT_V2; see tinyml/ops/select_v2.py. */
#include "select_s16.h"
#include "select_s8.h"
#include "tm_binary.h"

typedef struct {
  tm_select_params params;
  const void *input1;
  const void *input2;
  const uint8_t *condition;
  void *output;
} select_call;

static void run_s8(const void *data) {
  const select_call *call = data;
  tm_select_s8(&call->params, call->input1, call->input2, call->condition, call->output);
}

static void run_s16(const void *data) {
  const select_call *call = data;
  tm_select_s16(&call->params, call->input1, call->input2, call->condition, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor condition, first, second, output;
  const tm_tensor *const inputs[3] = {&first, &second, &condition};
  tm_loops loops;
  if (!tm_require(model, model->node.inputs.length == 3) || !tm_input(model, 0, &condition) ||
      !tm_input(model, 1, &first) || !tm_input(model, 2, &second) || !tm_output(model, &output) ||
      !tm_require(model, condition.type == TM_BOOL && (first.type == TM_INT8 || first.type == TM_INT16) &&
                             second.type == first.type && output.type == first.type) ||
      !tm_loops_find(model, inputs, 3, &output, &loops)) {
    return;
  }
  select_call *call = tm_layer_add(model, first.type == TM_INT8 ? run_s8 : run_s16, sizeof(*call), &output);
  if (call == NULL) return;
  const select_call made = {
      .params = {TM_LOOPS_PARAMS(loops), .input3_step_0 = loops.step[2][0], .input3_step_1 = loops.step[2][1],
                 .input3_step_2 = loops.step[2][2], .input3_step_3 = loops.step[2][3]},
      .input1 = first.data,
      .input2 = second.data,
      .condition = condition.data,
      .output = output.data,
  };
  *call = made;
}

const tm_operator tm_op_select_v2 = {123, prepare};
