/* DYNAMIC_UPDATE_SLICE; see tinyml/ops/dynamic_update_slice.py. */
#include "dynamic_update_slice.h"
#include "tm_move.h"

#define TM_UPDATE_RANK 6 /* dimensions of the kernel */

typedef struct {
  tm_dynamic_update_slice_params params;
  const int8_t *input;
  const int8_t *update;
  const int8_t *starts;
  int8_t *output;
} update_call;

static void run(const void *data) {
  const update_call *call = data;
  tm_dynamic_update_slice(&call->params, call->input, call->update, call->starts, call->output);
}

/* Find the box, where it can begin, and the bytes between neighbours, in six dimensions. */
static TM_COLD bool box_find(const tm_tensor *source, const tm_tensor *update, int32_t box[TM_UPDATE_RANK],
                             int32_t most[TM_UPDATE_RANK], int32_t steps[TM_UPDATE_RANK]) {
  int32_t step = (int32_t)(source->bytes / (uint32_t)source->elements);
  bool fits = update->rank == source->rank;
  for (uint32_t i = TM_UPDATE_RANK, left = source->rank; fits && i-- > 0;) {
    const bool has = left != 0;
    if (has) left--;
    const int32_t n = has ? source->shape[left] : 1;
    box[i] = has ? update->shape[left] : 1;
    most[i] = n - box[i];
    steps[i] = step;
    step *= n;
    fits = most[i] >= 0;
  }
  return fits;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, update, starts, output;
  int32_t box[TM_UPDATE_RANK], most[TM_UPDATE_RANK], steps[TM_UPDATE_RANK];
  if (!tm_moved_pair(model, 3, 0, TM_TYPES_8_16_32, &source, &output) || !tm_input(model, 1, &update) ||
      !tm_input(model, 2, &starts) ||
      !tm_require(model, tm_same_shape(&source, &output) && tm_is_moved(&update, TM_TYPE(source.type)) &&
                             tm_is_moved(&starts, TM_TYPES_INDEX) && starts.rank == 1 &&
                             (uint32_t)starts.shape[0] == source.rank &&
                             box_find(&source, &update, box, most, steps)) ||
      !tm_require_apart(model, &source, &output, false) || !tm_require_apart(model, &update, &output, false) ||
      !tm_require_apart(model, &starts, &output, false)) {
    return;
  }
  update_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const update_call made = {
      .params = {.input_size = (int32_t)source.bytes,
                 .start_bytes = starts.type == TM_INT32 ? 4 : 8,
                 .run = box[5] * steps[5],
                 .size_0 = box[0],
                 .size_1 = box[1],
                 .size_2 = box[2],
                 .size_3 = box[3],
                 .size_4 = box[4],
                 .most_0 = most[0],
                 .most_1 = most[1],
                 .most_2 = most[2],
                 .most_3 = most[3],
                 .most_4 = most[4],
                 .most_5 = most[5],
                 .step_0 = steps[0],
                 .step_1 = steps[1],
                 .step_2 = steps[2],
                 .step_3 = steps[3],
                 .step_4 = steps[4],
                 .step_5 = steps[5],
                 .first = TM_UPDATE_RANK - (int32_t)source.rank},
      .input = (const int8_t *)source.data,
      .update = (const int8_t *)update.data,
      .starts = (const int8_t *)starts.data,
      .output = (int8_t *)output.data,
  };
  *call = made;
}

const tm_operator tm_op_dynamic_update_slice = {151, prepare};
