/* QUANTIZE from float32 to int8.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input. */
#ifndef TM_QUANTIZE_F32_S8_H
#define TM_QUANTIZE_F32_S8_H

#include "tm_kernel.h"

typedef struct {
  int32_t size;       /* elements */
  int32_t zero_point; /* of the output, -128 to 127 */
  float scale;        /* of the output, above 0 */
} tm_quantize_f32_s8_params;

/* `x` rounded to nearest, ties away from zero. Range: -512 to 512. */
TM_INLINE int32_t tm_quantize_f32_s8_round(float x) {
  const int32_t whole = (int32_t)x;
  const float rest = x - (float)whole; /* exact */
  return whole + (rest >= 0.5F) - (rest <= -0.5F);
}

/* input: [size]; output: [size]. What lies beyond int8 becomes the nearest int8 value, as TFLM has it where C
 * defines its conversion; not-a-number becomes the zero point. */
TM_INLINE void tm_quantize_f32_s8(const tm_quantize_f32_s8_params *params, const float *input, int8_t *output) {
  for (int32_t i = 0; i < params->size; i++) {
    float steps = input[i] / params->scale;
    if (steps != steps) steps = 0.0F;
    steps = steps < -512.0F ? -512.0F : steps;
    steps = steps > 512.0F ? 512.0F : steps;
    output[i] = (int8_t)tm_clamp(tm_quantize_f32_s8_round(steps) + params->zero_point, INT8_MIN, INT8_MAX);
  }
}

#endif
