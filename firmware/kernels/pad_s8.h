/* PAD with one value.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_PAD_S8_H
#define TM_PAD_S8_H

#include <string.h>

#include "tm_kernel.h"

typedef struct {
  int32_t size_0; /* the input's dimensions, the outermost first; one without padding is part of the one before */
  int32_t size_1;
  int32_t size_2;
  int32_t size_3;
  int32_t before_0; /* padding in front of each dimension, in elements of it */
  int32_t before_1;
  int32_t before_2;
  int32_t before_3;
  int32_t after_0; /* padding behind each dimension */
  int32_t after_1;
  int32_t after_2;
  int32_t after_3;
  int32_t value; /* -128 to 127 */
} tm_pad_s8_params;

/* Write `size` bytes of padding and return where the next byte goes. */
TM_INLINE int8_t *tm_pad_s8_fill(const tm_pad_s8_params *params, int8_t *output, int32_t size) {
  memset(output, (int)params->value, (uint32_t)size);
  return output + size;
}

/* input: [size_0][size_1][size_2][size_3]; output: each dimension with its padding. */
TM_INLINE void tm_pad_s8(const tm_pad_s8_params *params, const int8_t *input, int8_t *output) {
  const int32_t row = params->before_3 + params->size_3 + params->after_3;
  const int32_t plane = (params->before_2 + params->size_2 + params->after_2) * row;
  const int32_t block = (params->before_1 + params->size_1 + params->after_1) * plane;
  output = tm_pad_s8_fill(params, output, params->before_0 * block);
  for (int32_t i0 = 0; i0 < params->size_0; i0++) {
    output = tm_pad_s8_fill(params, output, params->before_1 * plane);
    for (int32_t i1 = 0; i1 < params->size_1; i1++) {
      output = tm_pad_s8_fill(params, output, params->before_2 * row);
      for (int32_t i2 = 0; i2 < params->size_2; i2++) {
        output = tm_pad_s8_fill(params, output, params->before_3);
        memcpy(output, input, (uint32_t)params->size_3);
        input += params->size_3;
        output = tm_pad_s8_fill(params, output + params->size_3, params->after_3);
      }
      output = tm_pad_s8_fill(params, output, params->after_2 * row);
    }
    output = tm_pad_s8_fill(params, output, params->after_1 * plane);
  }
  tm_pad_s8_fill(params, output, params->after_0 * block);
}

#endif
