#include "tm_move.h"

#define TM_COPY_LOOPS 5     /* of the kernel */
#define TM_MAX_MOVED_RANK 6 /* TFLM's */

typedef struct {
  uint32_t count;
  const tm_copy *copies;
} copies_call;

static void run(const void *data) {
  const copies_call *call = data;
  for (uint32_t i = 0; i < call->count; i++) {
    tm_strided_copy(&call->copies[i].params, call->copies[i].input, call->copies[i].output);
  }
}

bool tm_is_moved(const tm_tensor *tensor, uint32_t types) {
  return (types >> tensor->type & 1) != 0 && tensor->rank <= TM_MAX_MOVED_RANK;
}

bool tm_moved_pair(tm_interpreter *model, uint32_t inputs, uint32_t position, uint32_t types, tm_tensor *source,
                   tm_tensor *output) {
  return tm_require(model, model->node.inputs.length == inputs) && tm_input(model, position, source) &&
         tm_output(model, output) &&
         tm_require(model, tm_is_moved(source, types) && tm_is_moved(output, TM_TYPE(source->type)));
}

bool tm_output_at(tm_interpreter *model, uint32_t position, tm_tensor *tensor) {
  return tm_require(model, position < model->node.outputs.length) &&
         tm_place_read(model, tm_int32_at(&model->file, model->node.outputs, position), tensor);
}

bool tm_numbers(tm_interpreter *model, uint32_t position, uint32_t types, tm_tensor *tensor) {
  return tm_input(model, position, tensor) &&
         tm_require(model, (types >> tensor->type & 1) != 0 && tensor->is_constant);
}

int32_t tm_number(const tm_tensor *tensor, uint32_t index) {
  const uint32_t size = tensor->bytes / (uint32_t)tensor->elements;
  const uint8_t *at = tensor->data + size * index;
  if (size == 1) return (int8_t)at[0];
  if (size == 2) return (int16_t)(at[0] | at[1] << 8);
  int32_t words[2];
  memcpy(words, at, size);
  if (size == 8 && words[1] != words[0] >> 31) return words[1] < 0 ? INT32_MIN : INT32_MAX;
  return words[0];
}

bool tm_names_shape(const tm_tensor *shape, const tm_tensor *tensor) {
  bool same = shape->rank == 1 && (uint32_t)shape->elements == tensor->rank;
  for (uint32_t i = 0; same && i < tensor->rank; i++) same = tm_number(shape, i) == tensor->shape[i];
  return same;
}

bool tm_axis_set(tm_interpreter *model, int32_t rank, int32_t *axis) {
  if (!tm_require(model, *axis >= -rank && *axis < rank)) return false;
  if (*axis < 0) *axis += rank;
  return true;
}

int32_t tm_step(const tm_tensor *tensor, uint32_t axis) {
  int32_t step = 1;
  for (uint32_t i = axis + 1; i < tensor->rank; i++) step *= tensor->shape[i];
  return step;
}

tm_copy *tm_copies_add(tm_interpreter *model, const tm_tensor *output, uint32_t count) {
  copies_call *call = tm_layer_add(model, run, sizeof(*call), output);
  tm_copy *copies = tm_take(model, count * (uint32_t)sizeof(*copies));
  if (call == NULL || copies == NULL) return NULL;
  call->count = count;
  call->copies = copies;
  return copies;
}

/* Join loops that advance alike, in place and from the innermost on; returns how many remain, at the end of
 * `loops`. The innermost of them become part of the run. */
static TM_COLD uint32_t merge(tm_loop *loops, uint32_t count, int32_t *run_bytes) {
  uint32_t first = count;
  for (uint32_t i = count; i-- > 0;) {
    const tm_loop loop = loops[i], inner = loops[first < count ? first : 0];
    if (loop.size == 1) continue;
    if (first < count && loop.input_step == inner.size * inner.input_step &&
        loop.output_step == inner.size * inner.output_step) {
      loops[first].size *= loop.size;
    } else if (first == count && loop.input_step == *run_bytes && loop.output_step == *run_bytes) {
      *run_bytes *= loop.size;
    } else {
      loops[--first] = loop;
    }
  }
  return count - first;
}

static TM_COLD void params_set(tm_strided_copy_params *params, const tm_loop loops[TM_COPY_LOOPS]) {
  params->size_0 = loops[0].size;
  params->size_1 = loops[1].size;
  params->size_2 = loops[2].size;
  params->size_3 = loops[3].size;
  params->size_4 = loops[4].size;
  params->input_step_0 = loops[0].input_step;
  params->input_step_1 = loops[1].input_step;
  params->input_step_2 = loops[2].input_step;
  params->input_step_3 = loops[3].input_step;
  params->input_step_4 = loops[4].input_step;
  params->output_step_0 = loops[0].output_step;
  params->output_step_1 = loops[1].output_step;
  params->output_step_2 = loops[2].output_step;
  params->output_step_3 = loops[3].output_step;
  params->output_step_4 = loops[4].output_step;
}

bool tm_copy_set(tm_interpreter *model, tm_copy *copy, const tm_tensor *source, const tm_tensor *output,
                 const tm_loop *loops, uint32_t count, int32_t input_start, int32_t output_start) {
  const int32_t size = (int32_t)(output->bytes / (uint32_t)output->elements);
  tm_loop all[TM_COPY_LOOPS + TM_MAX_RANK] = {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}, {1, 0, 0}, {1, 0, 0}};
  tm_loop *in_bytes = &all[TM_COPY_LOOPS];
  for (uint32_t i = 0; i < count; i++) {
    in_bytes[i].size = loops[i].size;
    in_bytes[i].input_step = loops[i].input_step * size;
    in_bytes[i].output_step = loops[i].output_step * size;
  }
  copy->params.run = size;
  const uint32_t left = merge(in_bytes, count, &copy->params.run);
  if (!tm_require(model, left <= TM_COPY_LOOPS) ||
      (source != output && !tm_require_apart(model, source, output, false))) {
    return false;
  }
  for (uint32_t i = left; i < count; i++) in_bytes[count - 1 - i] = all[0];
  params_set(&copy->params, &in_bytes[count] - TM_COPY_LOOPS);
  copy->params.input_start = input_start * size;
  copy->params.output_start = output_start * size;
  copy->input = (const int8_t *)source->data;
  copy->output = (int8_t *)output->data;
  return true;
}

bool tm_copy_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output, const tm_loop *loops,
                 uint32_t count, int32_t input_start) {
  tm_copy *copy = tm_copies_add(model, output, 1);
  return copy != NULL && tm_copy_set(model, copy, source, output, loops, count, input_start, 0);
}

void tm_rename(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output) {
  if (source->is_constant) {
    const tm_loop all = {source->elements, 1, 1};
    tm_copy_add(model, source, output, &all, 1, 0);
  } else if (source->data != output->data) {
    tm_fail(model, TM_ERROR_PLAN, model->node.index, 0);
  }
}
