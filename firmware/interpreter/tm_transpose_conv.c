#include "tm_transpose_conv.h"

#define TM_MAX_SIZE (1 << 15) /* keeps positions inside 32 bits in the kernels */

enum { TM_PADDING_SAME = 0, TM_PADDING_VALID = 1 };

/* How many sums in front of the output are dropped along one dimension; false where the sizes are impossible. */
static TM_COLD bool pad(int32_t padding, int32_t stride, int32_t taps, int32_t output, int32_t input,
                        int32_t *to) {
  const int32_t sizes[4] = {stride, taps, output, input};
  for (uint32_t i = 0; i < 4; i++) {
    if (sizes[i] < 1 || sizes[i] > TM_MAX_SIZE) return false;
  }
  const int32_t positions = (output + stride - (padding == TM_PADDING_SAME ? 1 : taps)) / stride;
  *to = tm_max((positions - 1) * stride + taps - output, 0) / 2;
  return padding == TM_PADDING_SAME || padding == TM_PADDING_VALID;
}

bool tm_transpose_conv_shape_read(tm_interpreter *model, const tm_weighted *weighted,
                                  tm_transpose_conv_shape *shape) {
  const tm_tensor *source = &weighted->source, *output = &weighted->output;
  const int32_t *filter = weighted->filter.shape, padding = tm_option(model, TM_FIELD(0, 1), 0);
  bool possible = source->rank == 4 && output->rank == 4 && filter[3] == source->shape[3] &&
                  output->shape[0] == source->shape[0] && output->shape[3] == weighted->channels;
  shape->batches = source->shape[0];
  for (uint32_t i = 0; i < 3; i++) {
    shape->input[i] = source->shape[i + 1];
    shape->output[i] = output->shape[i + 1];
  }
  shape->stride[0] = tm_option(model, TM_FIELD(2, 4), 0);
  shape->stride[1] = tm_option(model, TM_FIELD(1, 4), 0);
  for (uint32_t i = 0; i < 2; i++) {
    shape->taps[i] = filter[i + 1];
    possible = possible &&
               pad(padding, shape->stride[i], filter[i + 1], shape->output[i], shape->input[i], &shape->pad[i]);
  }
  return tm_require(model, possible);
}
