/* Reductions over some dimensions: which elements make one output. */
#ifndef TM_REDUCE_H
#define TM_REDUCE_H

#include "tm_kernel.h"

/* Two loops over the dimensions that are reduced, the outermost first; steps are in elements. */
typedef struct {
  int32_t size_0;
  int32_t size_1;
  int32_t step_0;
  int32_t step_1;
} tm_reduced;

/* Take what `fold` makes of the result so far, `first` at first, and an element. input: the first element. */
TM_INLINE int32_t tm_reduce_s8(tm_reduced reduced, const int8_t *input, int32_t first,
                               int32_t (*fold)(int32_t result, int32_t element)) {
  int32_t result = first;
  for (int32_t r0 = 0; r0 < reduced.size_0; r0++) {
    for (int32_t r1 = 0; r1 < reduced.size_1; r1++) {
      result = fold(result, input[r0 * reduced.step_0 + r1 * reduced.step_1]);
    }
  }
  return result;
}

#endif
