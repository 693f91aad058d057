/* Elements of integers whose type is a parameter. */
#ifndef TM_ELEMENT_H
#define TM_ELEMENT_H

#include <string.h>

#include "tm_kernel.h"

/* Types as the schema numbers them. */
enum { TM_CAST_F32 = 0, TM_CAST_S32 = 2, TM_CAST_BOOL = 6, TM_CAST_S16 = 7, TM_CAST_S8 = 9, TM_CAST_U32 = 15 };

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

#endif
