/* BROADCAST_ARGS; see tinyml/ops/broadcast_args.py. */
#include "broadcast_args.h"
#include "tm_move.h"

typedef struct {
  tm_broadcast_args_params params;
  const int8_t *input1;
  const int8_t *input2;
  int8_t *output;
} args_call;

static void run(const void *data) {
  const args_call *call = data;
  tm_broadcast_args(&call->params, call->input1, call->input2, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor first, second, output;
  if (!tm_moved_pair(model, 2, 0, TM_TYPES_INDEX, &first, &output) || !tm_input(model, 1, &second) ||
      !tm_require(model, second.type == first.type && first.rank == 1 && second.rank == 1 && output.rank == 1 &&
                             output.shape[0] == tm_max(first.shape[0], second.shape[0])) ||
      !tm_require_apart(model, &first, &output, false) || !tm_require_apart(model, &second, &output, false)) {
    return;
  }
  args_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  call->params.size1 = first.elements;
  call->params.size2 = second.elements;
  call->params.output_size = output.elements;
  call->params.bytes = output.type == TM_INT32 ? 4 : 8;
  call->input1 = (const int8_t *)first.data;
  call->input2 = (const int8_t *)second.data;
  call->output = (int8_t *)output.data;
}

const tm_operator tm_op_broadcast_args = {145, prepare};
