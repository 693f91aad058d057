#include "tm_pad.h"

#include "pad_s8.h"

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

/* Find sizes and paddings; a dimension without padding becomes part of the one before it. */
static TM_COLD bool loops_find(const tm_tensor *source, const tm_tensor *paddings, const tm_tensor *output,
                               pad_loop merged[TM_PAD_RANK], uint32_t *count) {
  *count = 0;
  for (uint32_t i = 0; i < source->rank; i++) {
    const pad_loop loop = {source->shape[i], tm_number(paddings, 2 * i), tm_number(paddings, 2 * i + 1)};
    if (loop.before < 0 || loop.after < 0 || (int64_t)loop.size + loop.before + loop.after != output->shape[i]) {
      return false;
    }
    if (*count != 0 && loop.before == 0 && loop.after == 0) {
      merged[*count - 1].size *= loop.size;
      merged[*count - 1].before *= loop.size;
      merged[*count - 1].after *= loop.size;
    } else {
      merged[(*count)++] = loop;
    }
  }
  return true;
}

/* Whether an int8 padding's value, if there is one, is quantized as the output. */
static TM_COLD bool is_quantized(const tm_tensor *source, const tm_tensor *output, const tm_tensor *value) {
  if (!tm_is_int8(source) || !tm_is_int8(output)) return false;
  return value == NULL ||
         (tm_is_int8(value) && value->scale == output->scale && value->zero_point == output->zero_point);
}

static TM_COLD void pad_s8_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output,
                               const pad_loop *merged, uint32_t count, int32_t value) {
  pad_loop loops[TM_PAD_LOOPS] = {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}, {1, 0, 0}};
  for (uint32_t i = 0; i < count; i++) loops[TM_PAD_LOOPS - count + i] = merged[i];
  if (!tm_require_apart(model, source, output, false)) return;
  pad_call *call = tm_layer_add(model, run, sizeof(*call), output);
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
      .input = (const int8_t *)source->data,
      .output = (int8_t *)output->data,
  };
  *call = made;
}

/* Fill the output, by default with int8 zero points or with zeros, and copy the input into it. */
static TM_COLD void fill_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *paddings,
                             const tm_tensor *output, const tm_tensor *value) {
  const uint32_t size = output->bytes / (uint32_t)output->elements;
  tm_tensor constant = *output;
  tm_loop loops[TM_PAD_RANK];
  int32_t start = 0;
  for (uint32_t i = 0; i < source->rank; i++) {
    loops[i].size = source->shape[i];
    loops[i].input_step = tm_step(source, i);
    loops[i].output_step = tm_step(output, i);
    start += tm_number(paddings, 2 * i) * loops[i].output_step;
  }
  if (value == NULL) {
    constant.is_constant = true;
    constant.data = tm_take(model, size);
    if (constant.data == NULL) return;
    memset(constant.data, output->type == TM_INT8 ? output->zero_point : 0, size);
    value = &constant;
  }
  tm_copy *copies = tm_copies_add(model, output, 2);
  const tm_loop every = {output->elements, 0, 1};
  if (copies != NULL && tm_copy_set(model, &copies[0], value, output, &every, 1, 0, 0)) {
    tm_copy_set(model, &copies[1], source, output, loops, source->rank, 0, start);
  }
}

void tm_pad_prepare(tm_interpreter *model) {
  tm_tensor source, paddings, output, given;
  const uint32_t inputs = model->node.inputs.length;
  const tm_tensor *value = tm_has_input(model, 2) ? &given : NULL;
  if (!tm_require(model, inputs == 2 || inputs == 3) ||
      !tm_moved_pair(model, inputs, 0, TM_TYPES_8_16_32, &source, &output) ||
      !tm_numbers(model, 1, TM_TYPE(TM_INT32), &paddings) ||
      !tm_require(model, source.rank <= TM_PAD_RANK && output.rank == source.rank && paddings.rank == 2 &&
                             (uint32_t)paddings.shape[0] == source.rank && paddings.shape[1] == 2)) {
    return;
  }
  pad_loop loops[TM_PAD_RANK];
  uint32_t count;
  if (!tm_require(model, loops_find(&source, &paddings, &output, loops, &count)) ||
      (value != NULL &&
       (!tm_input(model, 2, &given) || !tm_require(model, given.type == source.type && given.elements == 1)))) {
    return;
  }
  if (source.type == TM_INT8 && !tm_require(model, is_quantized(&source, &output, value))) return;
  if (source.type != TM_INT8 || count > TM_PAD_LOOPS || (value != NULL && !value->is_constant)) {
    fill_add(model, &source, &paddings, &output, value);
  } else {
    const int32_t number = value == NULL ? output.zero_point : *(const int8_t *)value->data;
    pad_s8_add(model, &source, &output, loops, count, number);
  }
}
