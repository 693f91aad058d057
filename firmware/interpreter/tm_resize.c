#include "tm_resize.h"

#define TM_MAX_SIZE (1 << 15) /* keeps positions inside 32 bits in the kernels, and exact in a 32-bit float */

bool tm_images_read(tm_interpreter *model, int32_t type, tm_tensor *source, tm_tensor *output) {
  tm_tensor size;
  if (!tm_quantized_pair(model, type, 2, 2, source, output) || !tm_input(model, 1, &size) ||
      !tm_require(model, source->rank == 4 && size.type == TM_INT32 && size.is_constant && size.rank == 1 &&
                             size.elements == 2)) {
    return false;
  }
  const int32_t *values = (const int32_t *)(const void *)size.data;
  const int32_t *made = output->shape;
  bool fits = output->rank == 4 && made[0] == source->shape[0] && made[1] == values[0] && made[2] == values[1] &&
              made[3] == source->shape[3];
  for (uint32_t i = 1; i < 3; i++) fits = fits && tm_max(source->shape[i], made[i]) <= TM_MAX_SIZE;
  return tm_require(model, fits) && tm_require_apart(model, source, output, false);
}
