/* SOFTMAX over the last dimension, output scale 1/256 and zero point -128.
 *
 * The exponential of a difference of two int8 values has 256 possible results, so it comes from a table, computed
 * exactly on the host; TFLM computes it twice for every element.
 *
 * Reach: a row's outputs are written when the row has been read but for the element in the output's own place, so
 * the output may lie upon the input. */
#ifndef TM_SOFTMAX_S8_H
#define TM_SOFTMAX_S8_H

#include "tm_reciprocal.h"
#include "tm_requantize.h"

typedef struct {
  int32_t rows;
  int32_t depth;    /* 1 to 511: elements of a row */
  int32_t exp_size; /* 1 to 256: a larger difference has an exponential that TFLM takes as 0 */
} tm_softmax_s8_params;

/* input, output: [rows][depth]; exps: [exp_size], exps[d] is exp(-d * scale * beta), 2^31 - 1 standing for 1.0. */
TM_INLINE void tm_softmax_s8(const tm_softmax_s8_params *params, const int8_t *input, const int32_t *exps,
                             int8_t *output) {
  for (int32_t row = 0; row < params->rows; row++) {
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
    const int32_t scale = tm_reciprocal(fraction);

    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t difference = max - input[i];
      int32_t value = 0;
      if (difference < params->exp_size) {
        value = tm_rounding_shift(tm_doubling_high_mul(scale, exps[difference]), bits + 23);
      }
      output[i] = (int8_t)tm_min(value - 128, INT8_MAX);
    }
    input += params->depth;
    output += params->depth;
  }
}

#endif
