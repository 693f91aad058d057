/* What DEQUANTIZE from integers of 8 and 16 bits to float32 shares. */
#ifndef TM_DEQUANTIZE_H
#define TM_DEQUANTIZE_H

#include "tm_kernel.h"

typedef struct {
  int32_t size;       /* elements */
  int32_t zero_point; /* of the input */
  float scale;        /* of the input, above 0 */
} tm_dequantize_params;

/* TFLM multiplies as double and rounds to float: one rounding, as here, since a float times an integer of 17 bits
 * is exact in a double. */
TM_INLINE float tm_dequantize(const tm_dequantize_params *params, int32_t value) {
  return params->scale * (float)(value - params->zero_point);
}

#endif
