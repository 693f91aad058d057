/* Which taps of a filter lie inside the input: the others see padding, which adds nothing. */
#ifndef TM_WINDOW_H
#define TM_WINDOW_H

#include "tm_kernel.h"

/* Taps begin to end - 1 of one dimension, tap t at input position origin + t * dilation. All are 0 where no tap is
 * inside, so that the first tap's position is one of the input's whatever the filter. */
typedef struct {
  int32_t origin; /* negative where tap 0 lies in the padding */
  int32_t begin;
  int32_t end;
} tm_taps;

/* Return the taps of a filter of `taps` taps whose tap 0 is at `origin`, in an input of `size` positions. */
TM_INLINE tm_taps tm_taps_inside(int32_t origin, int32_t taps, int32_t dilation, int32_t size) {
  const int32_t begin = origin < 0 ? (dilation - 1 - origin) / dilation : 0;
  const int32_t end = origin < size ? (size - origin + dilation - 1) / dilation : 0;
  const tm_taps inside = {origin, begin, tm_min(end, taps)};
  const tm_taps none = {0, 0, 0};
  return inside.begin < inside.end ? inside : none;
}

#endif
