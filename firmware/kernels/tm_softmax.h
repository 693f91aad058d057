/* What SOFTMAX of int8 to int8 and to int16 share: rows, their sums of exponentials, and shares of them.
 *
 * The exponential of a difference of two int8 values has 256 possible results, so it comes from a table, computed
 * exactly on the host; TFLM computes it twice for every element. */
#ifndef TM_SOFTMAX_H
#define TM_SOFTMAX_H

#include "tm_reciprocal.h"
#include "tm_requantize.h"

typedef struct {
  int32_t rows;
  int32_t depth;    /* elements of a row: 1 to 511, where the output is int16 to 4095 */
  int32_t exp_size; /* 1 to 256: a larger difference has an exponential that TFLM takes as 0 */
} tm_softmax_params;

typedef struct {
  int32_t max;   /* the largest element */
  int32_t scale; /* an exponential times scale * 2^-bits is its share; 2^31 stands for 1.0 */
  int32_t bits;
} tm_softmax_row;

/* input: [depth]; exps: [exp_size], exps[d] is exp(-d * scale * beta), 2^31 - 1 standing for 1.0. */
TM_INLINE tm_softmax_row tm_softmax_row_of(const tm_softmax_params *params, const int8_t *input,
                                           const int32_t *exps) {
  int32_t max = INT8_MIN;
  for (int32_t i = 0; i < params->depth; i++) max = tm_max(max, input[i]);

  int32_t sum = 0; /* 2^19 stands for 1.0; at least 2^19, since the largest element adds 1.0 */
  for (int32_t i = 0; i < params->depth; i++) {
    const int32_t difference = max - input[i];
    if (difference < params->exp_size) sum += tm_rounding_shift(exps[difference], 12);
  }

  /* sum = (1 + fraction) * 2^bits; its reciprocal lies between 0.5 and 1. */
  int32_t bits = 0;
  while (sum >> (bits + 20) != 0) bits++;
  const int32_t fraction = (int32_t)(((uint32_t)sum << (12 - bits)) - ((uint32_t)1 << 31));
  const tm_softmax_row row = {max, tm_reciprocal(fraction), bits};
  return row;
}

/* The share of an element of the row, 2^output_bits standing for 1.0. */
TM_INLINE int32_t tm_softmax_share(const tm_softmax_params *params, tm_softmax_row row, const int32_t *exps,
                                   int32_t element, int32_t output_bits) {
  const int32_t difference = row.max - element;
  int32_t share = 0;
  if (difference < params->exp_size) {
    share = tm_rounding_shift(tm_doubling_high_mul(row.scale, exps[difference]), row.bits + 31 - output_bits);
  }
  return share;
}

#endif
