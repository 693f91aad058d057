#include "tm_pool2d.h"

#define TM_SCALE_TOLERANCE \
  1e-6F                       /* how far input and output scale may lie apart (TFLM's): pooling does not rescale */
#define TM_MAX_AREA (1 << 23) /* pixels whose sum fits 32 bits */

void tm_pool2d_add(tm_interpreter *model, void (*run)(const void *call)) {
  tm_tensor source, output;
  if (!tm_int8_pair(model, 1, 1, &source, &output)) return;
  const float apart = source.scale - output.scale;
  if (!tm_require(model, source.rank == 4 && apart <= TM_SCALE_TOLERANCE && apart >= -TM_SCALE_TOLERANCE &&
                             source.zero_point == output.zero_point && model->node.options != 0)) {
    return;
  }
  tm_pool2d pool = {.batches = source.shape[0], .channels = source.shape[3]};
  pool.height.size = source.shape[1];
  pool.width.size = source.shape[2];
  pool.height.taps = tm_option(model, 4, 4, 0);
  pool.width.taps = tm_option(model, 3, 4, 0);
  pool.height.dilation = pool.width.dilation = 1;
  if (!tm_slide(model, &pool.height, &pool.width)) return;
  const int64_t area =
      (int64_t)tm_min(pool.height.taps, pool.height.size) * tm_min(pool.width.taps, pool.width.size);
  if (!tm_require(model, area <= TM_MAX_AREA && tm_has_shape4(&output, pool.batches, pool.height.output,
                                                              pool.width.output, pool.channels)) ||
      !tm_require_apart(model, &source, &output, pool.height.pad == 0 && pool.width.pad == 0) ||
      !tm_activation_range(model, tm_option(model, 5, 1, 0), &output, &pool.activation_min,
                           &pool.activation_max)) {
    return;
  }
  tm_pool2d_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  call->pool = pool;
  call->input = (const int8_t *)source.data;
  call->output = (int8_t *)output.data;
}
