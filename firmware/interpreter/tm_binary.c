#include "tm_binary.h"

/* Size `back` dimensions from the last; dimensions in front of the first are 1. */
static TM_COLD int32_t size_at(const tm_tensor *tensor, uint32_t back) {
  return back < tensor->rank ? tensor->shape[tensor->rank - 1 - back] : 1;
}

/* Merge neighbouring dimensions that broadcast alike, the innermost first. */
static TM_COLD bool loops_find(const tm_tensor *first, const tm_tensor *second, const tm_tensor *output,
                               tm_binary_params *loops) {
  const uint32_t rank = first->rank > second->rank ? first->rank : second->rank;
  int32_t loop = TM_LOOPS; /* the one that was filled last */
  int32_t pattern = 0;     /* which inputs advance in it */
  int32_t steps[2] = {1, 1};
  if (output->rank != rank) return false;
  for (uint32_t back = 0; back < rank; back++) {
    const int32_t a = size_at(first, back), b = size_at(second, back), size = tm_max(a, b);
    if ((a != b && a != 1 && b != 1) || size_at(output, back) != size) return false;
    if (size == 1) continue;
    const int32_t advances = (a == size) + 2 * (b == size);
    if (loop < TM_LOOPS && advances == pattern) {
      loops->size[loop] *= size;
    } else {
      if (loop == 0) return false;
      loop--;
      pattern = advances;
      loops->size[loop] = size;
      loops->step[0][loop] = a == size ? steps[0] : 0;
      loops->step[1][loop] = b == size ? steps[1] : 0;
    }
    steps[0] *= a;
    steps[1] *= b;
  }
  while (loop > 0) {
    loop--;
    loops->size[loop] = 1;
    loops->step[0][loop] = loops->step[1][loop] = 0;
  }
  return true;
}

bool tm_binary_read(tm_interpreter *model, tm_binary *binary) {
  const tm_tensor *first = &binary->input[0], *second = &binary->input[1], *output = &binary->output;
  tm_binary_params *params = &binary->params;
  if (!tm_int8_pair(model, 2, 2, &binary->input[0], &binary->output) || !tm_input(model, 1, &binary->input[1]) ||
      !tm_require(model, tm_is_int8(second) && loops_find(first, second, output, params)) ||
      !tm_require_apart(model, first, output, first->elements == output->elements) ||
      !tm_require_apart(model, second, output, second->elements == output->elements)) {
    return false;
  }
  binary->arrays.input1 = (const int8_t *)first->data;
  binary->arrays.input2 = (const int8_t *)second->data;
  binary->arrays.output = (int8_t *)output->data;
  params->input_offset[0] = -first->zero_point;
  params->input_offset[1] = -second->zero_point;
  params->output_offset = output->zero_point;
  return tm_activation_range(model, tm_option(model, TM_FIELD(0, 1), 0), output, &params->activation_min,
                             &params->activation_max);
}
