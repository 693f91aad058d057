#include "tm_batches.h"

/* Read spatial dimension `at`; one that the image does not have is 1. */
static TM_COLD bool side_read(const tm_tensor *image, const tm_tensor *batches, const tm_tensor *sizes,
                              const tm_tensor *edges, uint32_t at, tm_side *side) {
  const tm_side none = {1, 1, 1, 0, 0};
  *side = none;
  if (at + 2 >= image->rank) return true;
  side->size = image->shape[at + 1];
  side->block = tm_number(sizes, at);
  side->count = batches->shape[at + 1];
  side->before = tm_number(edges, 2 * at);
  side->after = tm_number(edges, 2 * at + 1);
  return side->block >= 1 && side->before >= 0 && side->after >= 0 &&
         (int64_t)side->size + side->before + side->after == (int64_t)side->count * side->block;
}

bool tm_batches_read(tm_interpreter *model, bool to_batch, tm_tensor *source, tm_tensor *output, tm_side *height,
                     tm_side *width) {
  tm_tensor sizes, edges;
  if (!tm_moved_pair(model, 3, 0, TM_TYPES_8_32F, source, output) ||
      !tm_numbers(model, 1, TM_TYPE(TM_INT32), &sizes) || !tm_numbers(model, 2, TM_TYPE(TM_INT32), &edges)) {
    return false;
  }
  const tm_tensor *image = to_batch ? source : output, *batches = to_batch ? output : source;
  const uint32_t rank = image->rank;
  return tm_require(
      model, (rank == 3 || rank == 4) && batches->rank == rank && (uint32_t)sizes.elements == rank - 2 &&
                 (uint32_t)edges.elements == 2 * (rank - 2) &&
                 image->shape[rank - 1] == batches->shape[rank - 1] &&
                 side_read(image, batches, &sizes, &edges, 0, height) &&
                 side_read(image, batches, &sizes, &edges, 1, width) && batches->shape[0] % image->shape[0] == 0 &&
                 (int64_t)height->block * width->block == batches->shape[0] / image->shape[0]);
}
