#include "tm_weighted_wide.h"

#include <string.h>

#define TM_MAX_WIDE_SHIFT 7 /* a left shift of a sum of 64 bits */

bool tm_conv_wide_read(tm_interpreter *model, int32_t axis, tm_weighted *weighted, tm_conv_wide_params *params) {
  tm_conv_params read;
  if (!tm_conv_read(model, TM_INT16, axis, weighted, &read)) return false;
  params->window = read.window;
  memcpy(params->dilation, read.dilation, sizeof(params->dilation));
  return true;
}

bool tm_wide_sums_read(tm_interpreter *model, bool wide, tm_weighted *weighted, tm_wide_scaling *scaling) {
  const int32_t words = wide ? 2 : 1, most = wide ? TM_MAX_WIDE_SHIFT : TM_MAX_SHIFT;
  if (!tm_require(model, weighted->arrays.bias == NULL || weighted->bias_words == words)) return false;
  for (uint32_t i = 0; i < weighted->filter.scales.length; i++) {
    if (!tm_require(model, weighted->arrays.shifts[i] <= most)) return false;
  }
  weighted->bias_words = words;
  scaling->activation_min = weighted->scaling.activation_min;
  scaling->activation_max = weighted->scaling.activation_max;
  scaling->per_channel = weighted->scaling.per_channel;
  scaling->wide_sums = wide;
  return true;
}
