/* QUANTIZE from float32 to int8.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input. */
#ifndef TM_QUANTIZE_F32_S8_H
#define TM_QUANTIZE_F32_S8_H

#include "tm_quantize_f32.h"

typedef tm_quantize_f32_params tm_quantize_f32_s8_params;

/* input: [size]; output: [size]. What lies beyond int8 becomes the nearest int8 value. */
TM_INLINE void tm_quantize_f32_s8(const tm_quantize_f32_s8_params *params, const float *input, int8_t *output) {
  for (int32_t i = 0; i < params->size; i++) {
    output[i] = (int8_t)tm_clamp(tm_quantize_f32(params, input[i], 512.0F), INT8_MIN, INT8_MAX);
  }
}

#endif
