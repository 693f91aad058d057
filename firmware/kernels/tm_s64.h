/* int64 in arrays that are aligned to words only. */
#ifndef TM_S64_H
#define TM_S64_H

#include <string.h>

#include "tm_kernel.h"

/* Element `at`. */
TM_INLINE int64_t tm_s64_read(const int8_t *input, int32_t at) {
  int64_t value;
  memcpy(&value, input + 8 * at, 8);
  return value;
}

#endif
