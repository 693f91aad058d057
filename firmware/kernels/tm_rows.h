/* The input rows that a kernel specialised for a layer computes one row of its output from. */
#ifndef TM_ROWS_H
#define TM_ROWS_H

#include <string.h>

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

/* The same where of `image` only some rows are kept: row y at place y modulo `kept`. */
TM_INLINE void tm_kept_rows(const int8_t *rows[], int32_t count, const int8_t *image, int32_t kept, int32_t height,
                            int32_t row_bytes, int32_t first, int32_t dilation) {
  for (int32_t i = 0; i < count; i++) {
    const int32_t row = first + i * dilation;
    rows[i] = row >= 0 && row < height ? image + row % kept * row_bytes : 0;
  }
}

/* Where the calls of a kernel write their rows. */
typedef struct {
  const uint8_t *first;
  int32_t bytes; /* of a row */
  int32_t step;  /* from one row to the next */
  int32_t kept;  /* rows: row y lies at place y modulo `kept` */
  int32_t calls; /* for one row, which is written by the last of them */
} tm_written_rows;

/* The row that call `y` has written; 0 where it is to be continued. */
TM_INLINE const uint8_t *tm_written_row(const tm_written_rows *rows, int32_t y) {
  return (y + 1) % rows->calls == 0 ? rows->first + y / rows->calls % rows->kept * rows->step : 0;
}

/* Rows of an image that lie one after the other. */
typedef struct {
  const int8_t *rows; /* [height][row_bytes] */
  int32_t height;
  int32_t above; /* rows in the padding above them */
} tm_row_window;

/* Those of rows[0] to rows[count - 1] that are not in the padding: where they are, or copied to `copy`. */
TM_INLINE tm_row_window tm_window_of(const int8_t *const rows[], int32_t count, int32_t row_bytes, int8_t *copy) {
  tm_row_window window = {rows[0], 0, 0};
  int32_t is_run = 1;
  while (window.above < count && rows[window.above] == 0) window.above++;
  if (window.above < count) window.rows = rows[window.above];
  while (window.above + window.height < count && rows[window.above + window.height] != 0) {
    is_run &= rows[window.above + window.height] == window.rows + window.height * row_bytes;
    window.height++;
  }
  if (is_run) return window;
  for (int32_t i = 0; i < window.height; i++) {
    memcpy(copy + i * row_bytes, rows[window.above + i], (uint32_t)row_bytes);
  }
  window.rows = copy;
  return window;
}

#endif
