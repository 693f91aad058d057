/* MIRROR_PAD; see tinyml/ops/mirror_pad.py. */
#include "tm_move.h"

#define TM_MIRROR_RANK 5

/* What is known of the padding along one dimension. */
typedef struct {
  uint32_t axis;
  int32_t before;
  int32_t after;
  int32_t start; /* the first element that the dimensions in front of it leave */
} mirror;

static TM_COLD bool shapes_fit(const tm_tensor *source, const tm_tensor *paddings, const tm_tensor *output,
                               int32_t skipped) {
  for (uint32_t i = 0; i < source->rank; i++) {
    const int32_t before = tm_number(paddings, 2 * i), after = tm_number(paddings, 2 * i + 1);
    const int32_t n = source->shape[i], most = n - skipped;
    if (before < 0 || before > most || after < 0 || after > most || output->shape[i] != n + before + after) {
      return false;
    }
  }
  return true;
}

/* Set the copy of `count` rows backwards, from row `from` on to row `to` and those behind it. */
static TM_COLD bool rows_set(tm_interpreter *model, tm_copy *copy, const tm_tensor *source,
                             const tm_tensor *output, const mirror *at, int32_t count, int32_t from, int32_t to) {
  tm_loop loops[TM_MIRROR_RANK + 1];
  for (uint32_t i = 0; i < at->axis; i++) {
    loops[i].size = source->shape[i];
    loops[i].input_step = loops[i].output_step = tm_step(output, i);
  }
  const int32_t step = tm_step(output, at->axis);
  const tm_loop rows = {count, -step, step}, row = {step, 1, 1};
  loops[at->axis] = rows;
  loops[at->axis + 1] = row;
  return tm_copy_set(model, copy, output, output, loops, at->axis + 2, at->start + from * step,
                     at->start + to * step);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, paddings, output;
  if (!tm_moved_pair(model, 2, 0, TM_TYPES_8_32F, &source, &output) ||
      !tm_numbers(model, 1, TM_TYPES_INDEX, &paddings)) {
    return;
  }
  const int32_t mode = tm_option(model, TM_FIELD(0, 1), 0),
                skipped = mode == 0 ? 1 : 0; /* the edge is not mirrored */
  if (!tm_require(model, model->node.options != 0 && (mode == 0 || mode == 1) && source.rank <= TM_MIRROR_RANK &&
                             output.rank == source.rank && paddings.rank == 2 &&
                             (uint32_t)paddings.shape[0] == source.rank && paddings.shape[1] == 2 &&
                             shapes_fit(&source, &paddings, &output, skipped))) {
    return;
  }
  tm_loop inside[TM_MIRROR_RANK];
  uint32_t count = 1;
  int32_t start = 0;
  for (uint32_t i = 0; i < source.rank; i++) {
    inside[i].size = source.shape[i];
    inside[i].input_step = tm_step(&source, i);
    inside[i].output_step = tm_step(&output, i);
    start += tm_number(&paddings, 2 * i) * inside[i].output_step;
    for (uint32_t k = 0; k < 2; k++) count += tm_number(&paddings, 2 * i + k) != 0 ? 1 : 0;
  }
  tm_copy *copy = tm_copies_add(model, &output, count);
  if (copy == NULL || !tm_copy_set(model, copy++, &source, &output, inside, source.rank, 0, start)) return;
  for (uint32_t i = source.rank; i-- > 0;) {
    mirror at = {i, tm_number(&paddings, 2 * i), tm_number(&paddings, 2 * i + 1), 0};
    start -= at.before * inside[i].output_step;
    at.start = start;
    const int32_t end = at.before + source.shape[i];
    if ((at.before != 0 &&
         !rows_set(model, copy++, &source, &output, &at, at.before, 2 * at.before - 1 + skipped, 0)) ||
        (at.after != 0 && !rows_set(model, copy++, &source, &output, &at, at.after, end - 1 - skipped, end))) {
      return;
    }
  }
}

const tm_operator tm_op_mirror_pad = {100, prepare};
