/* REDUCE_MAX and REDUCE_MIN over some dimensions.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input. */
#ifndef TM_REDUCE_EXTREME_S8_H
#define TM_REDUCE_EXTREME_S8_H

#include "tm_reduce.h"

typedef struct {
  int32_t kept_0; /* dimensions that stay, the outermost first; neighbours are merged */
  int32_t kept_1;
  int32_t kept_step_0; /* elements between neighbours of the dimension in the input */
  int32_t kept_step_1;
  int32_t reduced_0; /* dimensions that are searched */
  int32_t reduced_1;
  int32_t reduced_step_0;
  int32_t reduced_step_1;
  int32_t smallest; /* 1: the smallest element; 0: the largest */
} tm_reduce_extreme_s8_params;

static inline int32_t tm_reduce_extreme_s8_larger(int32_t largest, int32_t element) {
  return tm_max(largest, element);
}

static inline int32_t tm_reduce_extreme_s8_smaller(int32_t smallest, int32_t element) {
  return tm_min(smallest, element);
}

/* input: as the steps say; output: [kept_0][kept_1]. */
TM_INLINE void tm_reduce_extreme_s8(const tm_reduce_extreme_s8_params *params, const int8_t *input,
                                    int8_t *output) {
  const tm_reduced reduced = {params->reduced_0, params->reduced_1, params->reduced_step_0,
                              params->reduced_step_1};
  for (int32_t k0 = 0; k0 < params->kept_0; k0++) {
    for (int32_t k1 = 0; k1 < params->kept_1; k1++) {
      const int8_t *first = input + k0 * params->kept_step_0 + k1 * params->kept_step_1;
      *output++ = (int8_t)(params->smallest ? tm_reduce_s8(reduced, first, INT8_MAX, tm_reduce_extreme_s8_smaller)
                                            : tm_reduce_s8(reduced, first, INT8_MIN, tm_reduce_extreme_s8_larger));
    }
  }
}

#endif
