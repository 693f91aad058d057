#include "tm_conv.h"

bool tm_conv_read(tm_interpreter *model, int32_t axis, tm_conv *conv) {
  const tm_tensor *source = &conv->source, *filter = &conv->filter;
  if (!tm_int8_pair(model, 2, 3, &conv->source, &conv->output) || !tm_filter(model, 4, axis, &conv->filter) ||
      !tm_require(model, source->rank == 4 && model->node.options != 0)) {
    return false;
  }
  const uint32_t slot = axis == 0 ? 3 : 4; /* of the activation and those behind it */
  conv->height.size = source->shape[1];
  conv->width.size = source->shape[2];
  conv->height.taps = filter->shape[1];
  conv->width.taps = filter->shape[2];
  conv->width.dilation = tm_option(model, slot + 1, 4, 1);
  conv->height.dilation = tm_option(model, slot + 2, 4, 1);
  return tm_slide(model, &conv->height, &conv->width) &&
         tm_require(model, tm_has_shape4(&conv->output, source->shape[0], conv->height.output, conv->width.output,
                                         filter->shape[axis])) &&
         tm_require_apart(model, source, &conv->output, false) &&
         tm_channel_prepare(model, source, filter, &conv->output, tm_option(model, slot, 1, 0), &conv->to);
}
