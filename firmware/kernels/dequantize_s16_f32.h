/* DEQUANTIZE from int16 to float32.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_DEQUANTIZE_S16_F32_H
#define TM_DEQUANTIZE_S16_F32_H

#include "tm_dequantize.h"

typedef tm_dequantize_params tm_dequantize_s16_f32_params;

/* input: [size]; output: [size]. */
TM_INLINE void tm_dequantize_s16_f32(const tm_dequantize_s16_f32_params *params, const int16_t *input,
                                     float *output) {
  TM_HIDE_ORIGIN(output);
  for (int32_t i = 0; i < params->size; i++) output[i] = tm_dequantize(params, input[i]);
}

#endif
