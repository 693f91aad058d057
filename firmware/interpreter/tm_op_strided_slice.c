/* STRIDED_SLICE; see tinyml/ops/strided_slice.py. */
#include "tm_move.h"

#define TM_SLICE_RANK 4 /* TFLM's limit */

/* What is taken of one dimension. */
typedef struct {
  int32_t first;
  int32_t stride;
  int32_t count; /* 0 where there is nothing, or no result in TFLM */
} taken;

/* Whether TFLM's counter, which goes one stride beyond the last that is taken, keeps to 32 bits. */
static TM_COLD bool counts(const taken *part) {
  const int64_t end = part->first + (int64_t)part->count * part->stride;
  return end >= INT32_MIN && end <= INT32_MAX;
}

/* A bound counted from the front, as far as it lies inside for the direction of `stride`. */
static TM_COLD int32_t from_front(int32_t index, int32_t size, int32_t stride) {
  if (index < 0) index += size;
  return stride > 0 ? tm_clamp(index, 0, size) : tm_clamp(index, -1, size - 1);
}

static TM_COLD taken take(int32_t size, int32_t begin, int32_t end, int32_t stride, bool from_first, bool to_last,
                          bool shrinks) {
  taken found = {0, stride, 0};
  if (stride == 0) return found;
  found.first = from_first ? (stride > 0 ? 0 : size - 1) : from_front(begin, size, stride);
  if (shrinks) {
    found.count = stride > 0 && found.first < size ? 1 : 0;
    return found;
  }
  const int32_t last = to_last ? (stride > 0 ? size : -1) : from_front(end, size, stride);
  const int64_t way = stride > 0 ? (int64_t)last - found.first : (int64_t)found.first - last;
  const int64_t step = stride > 0 ? stride : -(int64_t)stride;
  if (way > 0) found.count = (int32_t)((way + step - 1) / step);
  return found;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output, bounds[3];
  tm_loop loops[TM_SLICE_RANK];
  int32_t masks[5];
  if (!tm_moved_pair(model, 4, 0, TM_TYPES_8_16_32 | TM_TYPE(TM_BOOL), &source, &output) ||
      !tm_require(model, source.rank >= 1 && source.rank <= TM_SLICE_RANK && model->node.options != 0)) {
    return;
  }
  for (uint32_t i = 0; i < 3; i++) {
    if (!tm_numbers(model, i + 1, TM_TYPE(TM_INT32), &bounds[i]) ||
        !tm_require(model, (uint32_t)bounds[i].elements == source.rank)) {
      return;
    }
  }
  for (uint32_t i = 0; i < 5; i++) masks[i] = tm_option(model, TM_FIELD(i, 4), 0);
  if (!tm_require(model, masks[2] == 0 && masks[3] == 0 && tm_option(model, TM_FIELD(5, 1), 0) == 0)) return;
  int32_t start = 0, step = 1;
  uint32_t rank = 0;
  for (uint32_t i = 0; i < source.rank; i++) {
    const bool shrinks = (masks[4] >> i & 1) != 0;
    const taken part = take(source.shape[i], tm_number(&bounds[0], i), tm_number(&bounds[1], i),
                            tm_number(&bounds[2], i), (masks[0] >> i & 1) != 0, (masks[1] >> i & 1) != 0, shrinks);
    if (!tm_require(model, part.count > 0 && counts(&part) &&
                               (shrinks || (rank < output.rank && output.shape[rank] == part.count)))) {
      return;
    }
    if (!shrinks) rank++;
    start += part.first * tm_step(&source, i);
    loops[i].size = part.count;
    loops[i].input_step = part.count == 1 ? 0 : part.stride * tm_step(&source, i);
  }
  if (!tm_require(model, rank == output.rank)) return;
  for (uint32_t i = source.rank; i-- > 0;) {
    loops[i].output_step = step;
    step *= loops[i].size;
  }
  tm_copy_add(model, &source, &output, loops, source.rank, start);
}

const tm_operator tm_op_strided_slice = {45, prepare};
