/* ZEROS_LIKE; see tinyml/ops/zeros_like.py. */
#include "tm_move.h"

static TM_COLD void prepare(tm_interpreter *model) {
  const uint32_t types = TM_TYPE(TM_INT8) | TM_TYPE(TM_INT32) | TM_TYPE(TM_INT64);
  tm_tensor source, output;
  if (!tm_moved_pair(model, 1, 0, types, &source, &output) ||
      !tm_require(model, tm_same_shape(&source, &output))) {
    return;
  }
  tm_tensor zero = output;
  const uint32_t size = output.bytes / (uint32_t)output.elements;
  zero.is_constant = true;
  zero.data = tm_take(model, size);
  if (zero.data == NULL) return;
  memset(zero.data, 0, size);
  const tm_loop all = {output.elements, 0, 1};
  tm_copy_add(model, &zero, &output, &all, 1, 0);
}

const tm_operator tm_op_zeros_like = {93, prepare};
