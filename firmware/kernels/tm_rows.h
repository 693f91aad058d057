/* The input rows that a kernel specialised for a layer computes one row of its output from. */
#ifndef TM_ROWS_H
#define TM_ROWS_H

#include "tm_kernel.h"

/* Set rows[i], i < count, to the address of row first + i * dilation of `image`, which has `height` rows of
 * `row_bytes` bytes, and to 0 where that row lies in the padding above or below. */
TM_INLINE void tm_rows(const int8_t *rows[], int32_t count, const int8_t *image, int32_t height, int32_t row_bytes,
                       int32_t first, int32_t dilation) {
  for (int32_t i = 0; i < count; i++) {
    const int32_t row = first + i * dilation;
    rows[i] = row >= 0 && row < height ? image + row * row_bytes : 0;
  }
}

#endif
