/* CAST between integers of any size, or from them to float: integers keep their low bits, as they do in C.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_CAST_H
#define TM_CAST_H

#include "tm_element.h"

typedef struct {
  int32_t size;        /* elements */
  int32_t input_type;  /* any of the above but float */
  int32_t output_type; /* any of the above but bool */
} tm_cast_params;

/* input: [size] of input_type; output: [size] of output_type. */
TM_INLINE void tm_cast(const tm_cast_params *params, const int8_t *input, int8_t *output) {
  for (int32_t i = 0; i < params->size; i++) {
    const int32_t value = tm_cast_read(input, params->input_type, i);
    if (params->output_type == TM_CAST_F32) {
      const float real = params->input_type == TM_CAST_U32 ? (float)(uint32_t)value : (float)value;
      memcpy(output + 4 * i, &real, 4);
    } else {
      tm_cast_write(output, params->output_type, i, value);
    }
  }
}

#endif
