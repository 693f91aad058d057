/* BATCH_MATMUL; see tinyml/ops/batch_matmul.py. */
#include "batch_matmul_s16.h"
#include "batch_matmul_s8.h"
#include "tm_quantized.h"

#define TM_BATCH_LOOPS 3 /* of the kernel */

#define TM_MAX_WIDE_SHIFT 7 /* a left shift of a sum of 64 bits */

typedef struct {
  tm_batch_matmul_params params;
  const void *left;
  const void *right;
  void *output;
} batch_matmul_call;

/* An input: its matrices, and the elements between neighbours of each dimension; 0 where a batch is broadcast. */
typedef struct {
  int32_t batches[TM_BATCH_LOOPS];
  int32_t steps[TM_BATCH_LOOPS];
  int32_t rows;
  int32_t columns;
  int32_t row_step;
  int32_t column_step;
} matrices;

static void run(const void *data) {
  const batch_matmul_call *call = data;
  tm_batch_matmul_s8(&call->params, call->left, call->right, call->output);
}

static void run_s16(const void *data) {
  const batch_matmul_call *call = data;
  tm_batch_matmul_s16(&call->params, call->left, call->right, call->output);
}

static TM_COLD matrices matrices_of(const tm_tensor *tensor, bool transposed) {
  const int32_t rows = tensor->shape[tensor->rank - 2], columns = tensor->shape[tensor->rank - 1];
  matrices found = {{1, 1, 1}, {0, 0, 0}, rows, columns, columns, 1};
  if (transposed) {
    const matrices turned = {{1, 1, 1}, {0, 0, 0}, columns, rows, 1, columns};
    found = turned;
  }
  int32_t step = rows * columns;
  for (uint32_t back = 3; back <= tensor->rank; back++) {
    const uint32_t loop = TM_BATCH_LOOPS + 2 - back;
    found.batches[loop] = tensor->shape[tensor->rank - back];
    found.steps[loop] = found.batches[loop] > 1 ? step : 0;
    step *= found.batches[loop];
  }
  return found;
}

/* Whether the inputs can be multiplied and give the output, whose batches are found. */
static TM_COLD bool shapes_fit(const matrices *left, const matrices *right, uint32_t rank, const tm_tensor *output,
                               int32_t *batches) {
  if (left->columns != right->rows || output->rank != rank || output->shape[rank - 2] != left->rows ||
      output->shape[rank - 1] != right->columns) {
    return false;
  }
  for (uint32_t loop = 0; loop < TM_BATCH_LOOPS; loop++) {
    const int32_t a = left->batches[loop], b = right->batches[loop];
    batches[loop] = tm_max(a, b);
    if (a != b && a != 1 && b != 1) return false;
    if (loop + rank >= TM_BATCH_LOOPS + 2 && output->shape[loop + rank - (TM_BATCH_LOOPS + 2)] != batches[loop]) {
      return false;
    }
  }
  return true;
}

static TM_COLD bool is_possible(const tm_tensor *tensor, int32_t type) {
  return tm_is_quantized(tensor, type) && (type == TM_INT8 || tensor->zero_point == 0) && tensor->rank >= 2 &&
         tensor->rank <= TM_BATCH_LOOPS + 2;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor first, second, output;
  if (!tm_require(model, model->node.inputs.length == 2) || !tm_input(model, 0, &first) ||
      !tm_input(model, 1, &second) || !tm_output(model, &output)) {
    return;
  }
  const int32_t type = first.type;
  if (!tm_require(model, (type == TM_INT8 || type == TM_INT16) && is_possible(&first, type) &&
                             is_possible(&second, type) && is_possible(&output, type))) {
    return;
  }
  const matrices left = matrices_of(&first, tm_option(model, TM_FIELD(0, 1), 0) != 0);
  const matrices right = matrices_of(&second, tm_option(model, TM_FIELD(1, 1), 0) != 0);
  int32_t batches[TM_BATCH_LOOPS];
  if (!tm_require(model, shapes_fit(&left, &right, first.rank > second.rank ? first.rank : second.rank, &output,
                                    batches)) ||
      !tm_require_apart(model, &first, &output, false) || !tm_require_apart(model, &second, &output, false)) {
    return;
  }
  const tm_factor factor = tm_require_factor(model, first.scale, second.scale, output.scale);
  if (!tm_require(model, type == TM_INT8 || factor.shift <= TM_MAX_WIDE_SHIFT)) return;
  batch_matmul_call *call = tm_layer_add(model, type == TM_INT8 ? run : run_s16, sizeof(*call), &output);
  if (call == NULL) return;
  const batch_matmul_call made = {
      .params = {.batch_0 = batches[0],
                 .batch_1 = batches[1],
                 .batch_2 = batches[2],
                 .left_step_0 = left.steps[0],
                 .left_step_1 = left.steps[1],
                 .left_step_2 = left.steps[2],
                 .right_step_0 = right.steps[0],
                 .right_step_1 = right.steps[1],
                 .right_step_2 = right.steps[2],
                 .rows = left.rows,
                 .columns = right.columns,
                 .depth = left.columns,
                 .left_row_step = left.row_step,
                 .left_depth_step = left.column_step,
                 .right_depth_step = right.row_step,
                 .right_column_step = right.column_step,
                 .left_offset = -first.zero_point,
                 .right_offset = -second.zero_point,
                 .multiplier = factor.multiplier,
                 .shift = factor.shift,
                 .output_offset = output.zero_point},
      .left = first.data,
      .right = second.data,
      .output = output.data,
  };
  *call = made;
}

const tm_operator tm_op_batch_matmul = {126, prepare};
