/* PAD; see tinyml/ops/pad.py. */
#include "pad_s8.h"
#include "tm_quantized.h"

#define TM_PAD_LOOPS 4 /* dimensions of the kernel */
#define TM_PAD_RANK 5  /* TFLM's limit */

typedef struct {
  tm_pad_s8_params params;
  const int8_t *input;
  int8_t *output;
} pad_call;

/* A dimension of the kernel: inputs, and padding in front of them and behind. */
typedef struct {
  int32_t size;
  int32_t before;
  int32_t after;
} pad_loop;

static void run(const void *data) {
  const pad_call *call = data;
  tm_pad_s8(&call->params, call->input, call->output);
}

/* Set the kernel's dimensions: one without padding becomes part of the one before it. */
static TM_COLD bool loops_find(const tm_tensor *source, const tm_tensor *paddings, const tm_tensor *output,
                               pad_loop loops[TM_PAD_LOOPS]) {
  const int32_t *values = (const int32_t *)(const void *)paddings->data;
  pad_loop merged[TM_PAD_RANK];
  uint32_t count = 0;
  for (uint32_t i = 0; i < source->rank; i++) {
    const pad_loop loop = {source->shape[i], values[2 * i], values[2 * i + 1]};
    if (loop.before < 0 || loop.after < 0 || (int64_t)loop.size + loop.before + loop.after != output->shape[i]) {
      return false;
    }
    if (count != 0 && loop.before == 0 && loop.after == 0) {
      merged[count - 1].size *= loop.size;
      merged[count - 1].before *= loop.size;
      merged[count - 1].after *= loop.size;
    } else {
      merged[count++] = loop;
    }
  }
  if (count > TM_PAD_LOOPS) return false;
  const pad_loop none = {1, 0, 0};
  for (uint32_t i = 0; i < TM_PAD_LOOPS; i++) {
    loops[i] = i + count < TM_PAD_LOOPS ? none : merged[i + count - TM_PAD_LOOPS];
  }
  return true;
}

/* Read the value of the padding: input 2, or the output's zero point. */
static TM_COLD bool value_read(tm_interpreter *model, const tm_tensor *output, int32_t *value) {
  tm_tensor tensor;
  *value = output->zero_point;
  if (!tm_has_input(model, 2)) return true;
  if (!tm_input(model, 2, &tensor) ||
      !tm_require(model, tm_is_int8(&tensor) && tensor.is_constant && tensor.elements == 1 &&
                             tensor.scale == output->scale && tensor.zero_point == output->zero_point)) {
    return false;
  }
  *value = *(const int8_t *)tensor.data;
  return true;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, paddings, output;
  pad_loop loops[TM_PAD_LOOPS];
  int32_t value;
  if (!tm_int8_pair(model, 2, 3, &source, &output) || !tm_input(model, 1, &paddings) ||
      !tm_require(model, source.rank <= TM_PAD_RANK && output.rank == source.rank && paddings.type == TM_INT32 &&
                             paddings.is_constant && paddings.rank == 2 &&
                             (uint32_t)paddings.shape[0] == source.rank && paddings.shape[1] == 2 &&
                             loops_find(&source, &paddings, &output, loops)) ||
      !value_read(model, &output, &value) || !tm_require_apart(model, &source, &output, false)) {
    return;
  }
  pad_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const pad_call made = {
      .params = {.size_0 = loops[0].size,
                 .size_1 = loops[1].size,
                 .size_2 = loops[2].size,
                 .size_3 = loops[3].size,
                 .before_0 = loops[0].before,
                 .before_1 = loops[1].before,
                 .before_2 = loops[2].before,
                 .before_3 = loops[3].before,
                 .after_0 = loops[0].after,
                 .after_1 = loops[1].after,
                 .after_2 = loops[2].after,
                 .after_3 = loops[3].after,
                 .value = value},
      .input = (const int8_t *)source.data,
      .output = (int8_t *)output.data,
  };
  *call = made;
}

const tm_operator tm_op_pad = {34, prepare};
