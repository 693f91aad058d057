#include "tm_slide.h"

#define TM_MAX_WINDOW (1 << 15) /* keeps positions inside 32 bits in the kernels */

enum { TM_PADDING_SAME = 0, TM_PADDING_VALID = 1 };

static TM_COLD bool is_possible(int32_t size) { return size >= 1 && size <= TM_MAX_WINDOW; }

/* See tinyml/ops/window.py. */
static TM_COLD bool slide(int32_t padding, int32_t dilation, uint32_t axis, tm_window *window) {
  const int32_t size = window->size[axis], taps = window->taps[axis], stride = window->stride[axis];
  if (!is_possible(taps) || !is_possible(stride) || !is_possible(dilation)) return false;
  const int32_t span = (taps - 1) * dilation + 1;
  const int32_t last = size - (padding == TM_PADDING_SAME ? 1 : span); /* the last place of the window's start */
  const int32_t output = last / stride + 1;
  window->output[axis] = output;
  window->pad[axis] = tm_max((output - 1) * stride + span - size, 0) / 2;
  return last >= 0 && span <= TM_MAX_WINDOW;
}

bool tm_slide(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output, int32_t channels,
              const int32_t dilation[2], tm_window *window) {
  const int32_t padding = tm_option(model, TM_FIELD(0, 1), 0);
  const int32_t *shape = source->shape, *made = output->shape;
  window->batches = shape[0];
  window->size[0] = shape[1];
  window->size[1] = shape[2];
  window->channels = shape[3];
  window->stride[0] = tm_option(model, TM_FIELD(2, 4), 0);
  window->stride[1] = tm_option(model, TM_FIELD(1, 4), 0);
  return tm_require(model, source->rank == 4 && output->rank == 4 &&
                               (padding == TM_PADDING_SAME || padding == TM_PADDING_VALID) &&
                               slide(padding, dilation[0], 0, window) && slide(padding, dilation[1], 1, window) &&
                               made[0] == shape[0] && made[1] == window->output[0] &&
                               made[2] == window->output[1] && made[3] == channels);
}
