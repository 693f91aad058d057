/* REDUCE_MAX and REDUCE_MIN over some dimensions; of values that are 0 or 1, the smallest is REDUCE_ALL.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input. */
#ifndef TM_REDUCE_EXTREME_S8_H
#define TM_REDUCE_EXTREME_S8_H

#include "tm_reduce.h"

typedef struct {
  TM_REDUCE_FIELDS
  int32_t smallest; /* 1: the smallest element; 0: the largest */
} tm_reduce_extreme_s8_params;

/* input: as the steps say; output: [kept_0][kept_1]. */
TM_INLINE void tm_reduce_extreme_s8(const tm_reduce_extreme_s8_params *params, const int8_t *input,
                                    int8_t *output) {
  const tm_reduced reduced = TM_REDUCED_OF(params);
  TM_FOR_KEPT (params, first) {
    int32_t extreme = input[first];
    TM_FOR_REDUCED (reduced, first, at) {
      extreme = params->smallest ? tm_min(extreme, input[at]) : tm_max(extreme, input[at]);
    }
    *output++ = (int8_t)extreme;
  }
}

#endif
