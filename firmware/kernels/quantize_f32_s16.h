/* QUANTIZE from float32 to int16.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input. */
#ifndef TM_QUANTIZE_F32_S16_H
#define TM_QUANTIZE_F32_S16_H

#include "tm_quantize_f32.h"

typedef tm_quantize_f32_params tm_quantize_f32_s16_params;

/* input: [size]; output: [size]. What lies beyond int16 becomes the nearest int16 value. */
TM_INLINE void tm_quantize_f32_s16(const tm_quantize_f32_s16_params *params, const float *input, int16_t *output) {
  TM_HIDE_ORIGIN(output);
  for (int32_t i = 0; i < params->size; i++) {
    output[i] = (int16_t)tm_clamp(tm_quantize_f32(params, input[i], 131072.0F), INT16_MIN, INT16_MAX);
  }
}

#endif
