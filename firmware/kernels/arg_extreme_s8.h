/* ARG_MAX and ARG_MIN: the place of the first extreme value along one dimension.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_ARG_EXTREME_S8_H
#define TM_ARG_EXTREME_S8_H

#include "tm_kernel.h"

typedef struct {
  int32_t outer; /* elements of the dimensions in front of the one that is searched */
  int32_t size;
  int32_t inner;    /* elements of the dimensions behind it */
  int32_t smallest; /* 1: the smallest value; 0: the largest */
} tm_arg_extreme_s8_params;

/* The place among elements that lie `inner` apart. */
TM_INLINE int32_t tm_arg_extreme_s8_place(const tm_arg_extreme_s8_params *params, const int8_t *input) {
  int32_t place = 0, extreme = input[0];
  for (int32_t i = 1; i < params->size; i++) {
    const int32_t value = input[i * params->inner];
    if (params->smallest ? value < extreme : value > extreme) {
      extreme = value;
      place = i;
    }
  }
  return place;
}

/* input: [outer][size][inner]; output: [outer][inner]. */
TM_INLINE void tm_arg_extreme_s8(const tm_arg_extreme_s8_params *params, const int8_t *input, int32_t *output) {
  for (int32_t outer = 0; outer < params->outer; outer++) {
    for (int32_t inner = 0; inner < params->inner; inner++) {
      *output++ = tm_arg_extreme_s8_place(params, input + inner);
    }
    input += params->size * params->inner;
  }
}

#endif
