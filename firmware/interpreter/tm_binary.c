#include "tm_binary.h"

/* Size `back` dimensions from the last; dimensions in front of the first are 1. */
static TM_COLD int32_t size_at(const tm_tensor *tensor, uint32_t back) {
  return back < tensor->rank ? tensor->shape[tensor->rank - 1 - back] : 1;
}

/* Which inputs advance in the dimension `back` of `size`, a bit each; -1 where one does not broadcast to it. */
static TM_COLD int32_t pattern_at(const tm_tensor *const *inputs, uint32_t count, uint32_t back, int32_t size) {
  int32_t pattern = 0;
  int32_t largest = 1;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t n = size_at(inputs[i], back);
    if (n != 1 && n != size) return -1;
    largest = tm_max(largest, n);
    if (n == size) pattern |= 1 << i;
  }
  return largest == size ? pattern : -1;
}

/* Merge neighbouring dimensions that broadcast alike, the innermost first. */
static TM_COLD bool merge(const tm_tensor *const *inputs, uint32_t count, const tm_tensor *output,
                          tm_loops *loops) {
  int32_t loop = TM_LOOPS; /* the one that was filled last */
  int32_t last = 0;        /* its pattern */
  int32_t steps[TM_LOOP_INPUTS] = {1, 1, 1};
  uint32_t rank = 0;
  for (uint32_t i = 0; i < count; i++) rank = inputs[i]->rank > rank ? inputs[i]->rank : rank;
  if (output->rank != rank) return false;
  for (uint32_t back = 0; back < rank; back++) {
    const int32_t size = size_at(output, back), pattern = pattern_at(inputs, count, back, size);
    if (pattern < 0) return false;
    if (size == 1) continue;
    if (loop < TM_LOOPS && pattern == last) {
      loops->size[loop] *= size;
    } else {
      if (loop == 0) return false;
      loop--;
      last = pattern;
      loops->size[loop] = size;
      for (uint32_t i = 0; i < count; i++) loops->step[i][loop] = (pattern >> i & 1) != 0 ? steps[i] : 0;
    }
    for (uint32_t i = 0; i < count; i++) steps[i] *= size_at(inputs[i], back);
  }
  while (loop > 0) {
    loop--;
    loops->size[loop] = 1;
    for (uint32_t i = 0; i < count; i++) loops->step[i][loop] = 0;
  }
  return true;
}

/* Whether the output may lie upon an input: its elements must not be larger. */
static TM_COLD bool in_place(const tm_tensor *source, const tm_tensor *output) {
  return source->elements == output->elements && source->bytes >= output->bytes;
}

bool tm_loops_find(tm_interpreter *model, const tm_tensor *const *inputs, uint32_t count, const tm_tensor *output,
                   tm_loops *loops) {
  bool possible = true;
  for (uint32_t i = 0; i < count; i++) possible = possible && tm_is_computed(inputs[i]);
  if (!tm_require(model, possible && merge(inputs, count, output, loops))) return false;
  for (uint32_t i = 0; i < count; i++) {
    if (!tm_require_apart(model, inputs[i], output, in_place(inputs[i], output))) return false;
  }
  return true;
}

bool tm_mixed_binary_read(tm_interpreter *model, tm_binary *binary) {
  const tm_tensor *const inputs[2] = {&binary->first, &binary->second};
  return tm_require(model, model->node.inputs.length == 2) && tm_input(model, 0, &binary->first) &&
         tm_input(model, 1, &binary->second) && tm_output(model, &binary->output) &&
         tm_loops_find(model, inputs, 2, &binary->output, &binary->loops);
}

bool tm_binary_read(tm_interpreter *model, tm_binary *binary) {
  return tm_mixed_binary_read(model, binary) && tm_require(model, binary->first.type == binary->second.type);
}

bool tm_binary_require(tm_interpreter *model, const tm_binary *binary, int32_t type) {
  return tm_require(model, tm_is_quantized(&binary->first, type) && tm_is_quantized(&binary->second, type) &&
                               tm_is_quantized(&binary->output, type));
}

bool tm_binary_require_symmetric(tm_interpreter *model, const tm_binary *binary) {
  return tm_binary_require(model, binary, TM_INT16) &&
         tm_require(model, binary->first.zero_point == 0 && binary->second.zero_point == 0 &&
                               binary->output.zero_point == 0);
}

void tm_binary_add(tm_interpreter *model, tm_run *run, const void *params, uint32_t size,
                   const tm_binary *binary) {
  tm_binary_arrays *call = tm_kernel_add(model, run, sizeof(*call), params, size, &binary->output);
  if (call == NULL) return;
  call->input1 = binary->first.data;
  call->input2 = binary->second.data;
  call->output = binary->output.data;
}
