/* DEQUANTIZE from int8 to float32.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_DEQUANTIZE_S8_F32_H
#define TM_DEQUANTIZE_S8_F32_H

#include "tm_kernel.h"

typedef struct {
  int32_t size;       /* elements */
  int32_t zero_point; /* of the input, -128 to 127 */
  float scale;        /* of the input, above 0 */
} tm_dequantize_s8_f32_params;

/* input: [size]; output: [size]. TFLM multiplies as double and rounds to float: one rounding, as here, since a
 * float times an integer of 9 bits is exact in a double. */
TM_INLINE void tm_dequantize_s8_f32(const tm_dequantize_s8_f32_params *params, const int8_t *input,
                                    float *output) {
  for (int32_t i = 0; i < params->size; i++) {
    output[i] = params->scale * (float)(input[i] - params->zero_point);
  }
}

#endif
