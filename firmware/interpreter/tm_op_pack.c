/* PACK; see tinyml/ops/pack.py. */
#include "tm_move.h"

/* Whether a tensor is the output without dimension `axis`. */
static TM_COLD bool fits(const tm_tensor *source, const tm_tensor *output, uint32_t axis) {
  bool same = tm_is_moved(source, TM_TYPE(output->type)) && source->rank + 1 == output->rank;
  for (uint32_t i = 0; same && i < source->rank; i++)
    same = source->shape[i] == output->shape[i < axis ? i : i + 1];
  return same;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  const int32_t count = (int32_t)model->node.inputs.length;
  if (!tm_output(model, &output) ||
      !tm_require(model, tm_is_moved(&output, TM_TYPES_8_16_32 | TM_TYPE(TM_INT64)) && model->node.options != 0 &&
                             count > 0 && tm_option(model, TM_FIELD(0, 4), 0) == count)) {
    return;
  }
  int32_t axis = tm_option(model, TM_FIELD(1, 4), 0);
  if (!tm_axis_set(model, (int32_t)output.rank, &axis) || !tm_require(model, output.shape[axis] == count)) return;
  tm_copy *copies = tm_copies_add(model, &output, (uint32_t)count);
  const int32_t size = tm_step(&output, (uint32_t)axis), rows = output.elements / size / count;
  const tm_loop loops[] = {{rows, size, count * size}, {size, 1, 1}};
  for (int32_t i = 0; copies != NULL && i < count; i++) {
    if (!tm_input(model, (uint32_t)i, &source) || !tm_require(model, fits(&source, &output, (uint32_t)axis)) ||
        !tm_copy_set(model, &copies[i], &source, &output, loops, 2, 0, i * size)) {
      return;
    }
  }
}

const tm_operator tm_op_pack = {83, prepare};
