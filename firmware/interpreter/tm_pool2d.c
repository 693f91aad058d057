#include "tm_pool2d.h"

#define TM_SCALE_TOLERANCE \
  1e-6F                       /* how far input and output scale may lie apart (TFLM's): pooling does not rescale */
#define TM_MAX_AREA (1 << 23) /* pixels whose sum fits 32 bits, of int8 */
#define TM_MAX_AREA_INT16 (1 << 15)

void tm_pool2d_add(tm_interpreter *model, int32_t type, tm_run *run) {
  static const int32_t dilation[2] = {1, 1};
  tm_tensor source, output;
  tm_pool2d_params params;
  tm_window *window = &params.window;
  if (!tm_quantized_pair(model, type, 1, 1, &source, &output)) return;
  window->taps[0] = tm_option(model, TM_FIELD(4, 4), 0);
  window->taps[1] = tm_option(model, TM_FIELD(3, 4), 0);
  const float apart = source.scale - output.scale;
  if (!tm_slide(model, &source, &output, source.shape[3], dilation, window) ||
      !tm_require(model, apart <= TM_SCALE_TOLERANCE && apart >= -TM_SCALE_TOLERANCE &&
                             source.zero_point == output.zero_point && model->node.options != 0 &&
                             tm_min(window->taps[0], window->size[0]) * tm_min(window->taps[1], window->size[1]) <=
                                 (type == TM_INT8 ? TM_MAX_AREA : TM_MAX_AREA_INT16)) ||
      !tm_require_apart(model, &source, &output, window->pad[0] == 0 && window->pad[1] == 0) ||
      !tm_activation_range(model, tm_option(model, TM_FIELD(5, 1), 0), &output, &params.activation_min,
                           &params.activation_max)) {
    return;
  }
  tm_pool2d_arrays *call = tm_kernel_add(model, run, sizeof(*call), &params, sizeof(params), &output);
  if (call == NULL) return;
  call->input = source.data;
  call->output = output.data;
}
