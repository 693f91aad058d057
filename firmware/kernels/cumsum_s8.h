/* CUMSUM along one dimension: the sum of the elements up to each place.
 *
 * Reach: an output element is written when the input element at its place has been read, and no other output reads
 * that again; the output may lie upon the input. */
#ifndef TM_CUMSUM_S8_H
#define TM_CUMSUM_S8_H

#include "tm_requantize.h"

typedef struct {
  int32_t outer; /* elements of the dimensions in front of the one that is summed along */
  int32_t size;
  int32_t inner;         /* elements of the dimensions behind it */
  int32_t exclusive;     /* 1: a sum does not hold the element at its own place */
  int32_t reverse;       /* 1: sums begin at the last place */
  int32_t multiplier;    /* sum to output; ranges as tm_requantize has them */
  int32_t shift;         /* 0 or less */
  int32_t output_offset; /* zero point of the output, -128 to 127 */
} tm_cumsum_s8_params;

/* The sums of elements that lie `inner` apart. */
TM_INLINE void tm_cumsum_s8_along(const tm_cumsum_s8_params *params, const int8_t *input, int8_t *output) {
  int32_t sum = 0; /* 2^19 stands for 1 */
  for (int32_t i = 0; i < params->size; i++) {
    const int32_t at = (params->reverse ? params->size - 1 - i : i) * params->inner;
    const int32_t with = tm_wrapping_add(sum, input[at] * (1 << 19));
    const int32_t scaled = tm_requantize(params->exclusive ? sum : with, params->multiplier, params->shift);
    output[at] = (int8_t)tm_clamp(tm_wrapping_add(scaled, params->output_offset), INT8_MIN, INT8_MAX);
    sum = with;
  }
}

/* input, output: [outer][size][inner]; the input's zero point is 0. */
TM_INLINE void tm_cumsum_s8(const tm_cumsum_s8_params *params, const int8_t *input, int8_t *output) {
  for (int32_t outer = 0; outer < params->outer; outer++) {
    for (int32_t inner = 0; inner < params->inner; inner++) {
      tm_cumsum_s8_along(params, input + inner, output + inner);
    }
    input += params->size * params->inner;
    output += params->size * params->inner;
  }
}

#endif
