/* CAST between integers of any size, or from them to float: integers keep their low bits, as they do in C.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_CAST_H
#define TM_CAST_H

#include <string.h>

#include "tm_kernel.h"

/* Types as the schema numbers them. */
enum { TM_CAST_F32 = 0, TM_CAST_S32 = 2, TM_CAST_BOOL = 6, TM_CAST_S16 = 7, TM_CAST_S8 = 9, TM_CAST_U32 = 15 };

typedef struct {
  int32_t size;        /* elements */
  int32_t input_type;  /* any of the above but float */
  int32_t output_type; /* any of the above but bool */
} tm_cast_params;

/* Element `i`; of uint32, the number of the same bits. */
TM_INLINE int32_t tm_cast_read(const int8_t *input, int32_t type, int32_t i) {
  int16_t half;
  int32_t word;
  switch (type) {
    case TM_CAST_BOOL:
      return input[i] != 0;
    case TM_CAST_S8:
      return input[i];
    case TM_CAST_S16:
      memcpy(&half, input + 2 * i, 2);
      return half;
    default:
      memcpy(&word, input + 4 * i, 4);
      return word;
  }
}

/* Write element `i` of an integer type but bool, of which it keeps the low bits. */
TM_INLINE void tm_cast_write(int8_t *output, int32_t type, int32_t i, int32_t value) {
  if (type == TM_CAST_S8) {
    output[i] = (int8_t)value;
  } else if (type == TM_CAST_S16) {
    const int16_t half = (int16_t)value;
    memcpy(output + 2 * i, &half, 2);
  } else {
    memcpy(output + 4 * i, &value, 4);
  }
}

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
