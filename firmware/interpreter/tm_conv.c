#include "tm_conv.h"

bool tm_conv_read(tm_interpreter *model, int32_t type, int32_t axis, tm_weighted *weighted,
                  tm_conv_params *params) {
  const uint32_t activation = axis == 0 ? 3 : 4; /* slot of the option, and of those behind it */
  if (!tm_weighted_read(model, type, 0, 4, axis, activation, weighted)) return false;
  params->window.taps[0] = weighted->filter.shape[1];
  params->window.taps[1] = weighted->filter.shape[2];
  params->dilation[0] = tm_option(model, TM_FIELD(activation + 2, 4), 1);
  params->dilation[1] = tm_option(model, TM_FIELD(activation + 1, 4), 1);
  params->input_offset = -weighted->source.zero_point;
  params->scaling = weighted->scaling;
  return tm_slide(model, &weighted->source, &weighted->output, weighted->channels, params->dilation,
                  &params->window);
}
