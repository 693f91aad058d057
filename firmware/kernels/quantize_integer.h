/* QUANTIZE between integers of different scales, one of them of 16 or 32 bits.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so that an
 * output whose elements are not larger may lie upon the input. */
#ifndef TM_QUANTIZE_INTEGER_H
#define TM_QUANTIZE_INTEGER_H

#include "tm_element.h"
#include "tm_requantize.h"

typedef struct {
  int32_t size;         /* elements */
  int32_t input_type;   /* TM_CAST_S8, TM_CAST_S16 or TM_CAST_S32 */
  int32_t output_type;  /* one of the same */
  int32_t input_offset; /* -zero point of the input */
  int32_t multiplier;   /* input to output; ranges as tm_requantize has them */
  int32_t shift;
  int32_t output_offset; /* zero point of the output */
  int32_t output_min;    /* of the output's type */
  int32_t output_max;
} tm_quantize_integer_params;

/* input: [size] of input_type; output: [size] of output_type. */
TM_INLINE void tm_quantize_integer(const tm_quantize_integer_params *params, const int8_t *input, int8_t *output) {
  for (int32_t i = 0; i < params->size; i++) {
    const int32_t value = tm_wrapping_add(tm_cast_read(input, params->input_type, i), params->input_offset);
    const int32_t scaled = tm_requantize(value, params->multiplier, params->shift);
    const int32_t result = tm_wrapping_add(scaled, params->output_offset);
    tm_cast_write(output, params->output_type, i, tm_clamp(result, params->output_min, params->output_max));
  }
}

#endif
