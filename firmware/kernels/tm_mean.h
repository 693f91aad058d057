/* What MEAN and SUM of int8 and of int16 share. */
#ifndef TM_MEAN_H
#define TM_MEAN_H

#include "tm_reduce.h"
#include "tm_requantize.h"

typedef struct {
  TM_REDUCE_FIELDS
  int32_t input_offset;  /* -zero point of the input * number of elements of a sum, modulo 2^32 */
  int32_t multiplier;    /* sum to output; 0 to 2^31 - 1 */
  int32_t shift;         /* -31 to 30 */
  int32_t output_offset; /* zero point of the output */
} tm_mean_params;

/* The result of a sum before it is clamped to the output's type. */
TM_INLINE int32_t tm_mean_scaled(const tm_mean_params *params, int32_t sum) {
  const int32_t scaled =
      tm_requantize(tm_wrapping_add(sum, params->input_offset), params->multiplier, params->shift);
  return tm_wrapping_add(scaled, params->output_offset);
}

#endif
