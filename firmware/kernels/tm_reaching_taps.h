/* Which taps of a filter of TRANSPOSE_CONV reach an output, and from which inputs. */
#ifndef TM_REACHING_TAPS_H
#define TM_REACHING_TAPS_H

#include "tm_kernel.h"

/* The taps that reach one output along one dimension: begin, begin + stride, ... below end. The first one's input
 * is at `input`, each further one's a position before. */
typedef struct {
  int32_t begin;
  int32_t end;
  int32_t input;
} tm_reaching_taps;

/* output: the output's position plus the pad. */
TM_INLINE tm_reaching_taps tm_taps_reaching(int32_t output, int32_t taps, int32_t stride, int32_t size) {
  const int32_t begin = tm_max(output % stride, output - (size - 1) * stride);
  const tm_reaching_taps reaching = {begin, tm_min(taps, output + 1), (output - begin) / stride};
  return reaching;
}

#endif
