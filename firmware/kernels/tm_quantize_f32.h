/* What QUANTIZE from float32 to int8 and to int16 share. */
#ifndef TM_QUANTIZE_F32_H
#define TM_QUANTIZE_F32_H

#include "tm_kernel.h"

typedef struct {
  int32_t size;       /* elements */
  int32_t zero_point; /* of the output */
  float scale;        /* of the output, above 0 */
} tm_quantize_f32_params;

/* `x` rounded to nearest, ties away from zero. Range: below 2^31 on both sides. */
TM_INLINE int32_t tm_quantize_f32_round(float x) {
  const int32_t whole = (int32_t)x;
  const float rest = x - (float)whole; /* exact */
  return whole + (rest >= 0.5F) - (rest <= -0.5F);
}

/* The value of `x` before it is clamped to the output's type. What is farther from 0 than `most` steps is taken as
 * that far: beyond every type's range, as TFLM has it where C defines its conversion. Not-a-number becomes the
 * zero point. */
TM_INLINE int32_t tm_quantize_f32(const tm_quantize_f32_params *params, float x, float most) {
  float steps = x / params->scale;
  if (steps != steps) steps = 0.0F;
  steps = steps < -most ? -most : steps;
  steps = steps > most ? most : steps;
  return tm_quantize_f32_round(steps) + params->zero_point;
}

#endif
