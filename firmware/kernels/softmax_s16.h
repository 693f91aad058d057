/* SOFTMAX over the last dimension of int16, output scale 1/32768 and zero point 0.
 *
 * Reach: a row's exponentials are written in the places of its elements when these have been read, and its outputs
 * in those of the exponentials; the output may lie upon the input. */
#ifndef TM_SOFTMAX_S16_H
#define TM_SOFTMAX_S16_H

#include "tm_requantize.h"
#include "tm_softmax_tables.h"

typedef struct {
  int32_t rows;
  int32_t depth; /* 1 to 65536: elements of a row */
  int32_t
      multiplier; /* of a difference of two inputs, to 65535 steps for 10.0; ranges as tm_requantize has them */
  int32_t shift;
} tm_softmax_s16_params;

/* input, output: [rows][depth]. */
TM_INLINE void tm_softmax_s16(const tm_softmax_s16_params *params, const int16_t *input, int16_t *output) {
  for (int32_t row = 0; row < params->rows; row++) {
    int32_t max = INT16_MIN;
    for (int32_t i = 0; i < params->depth; i++) max = tm_max(max, input[i]);

    int32_t sum = 0; /* 2^15 stands for 1.0; at least about that, since the largest element adds it */
    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t scaled = tm_requantize(input[i] - max, params->multiplier, params->shift);
      output[i] = (int16_t)tm_softmax_between(tm_softmax_exps, tm_clamp(tm_wrapping_add(scaled, 65535), 0, 65535));
      sum += output[i];
    }

    /* sum = (1 + fraction) * 2^bits, the fraction in 16 bits: its reciprocal lies between 0.5 and 1. */
    int32_t bits = 0;
    while (sum >> (bits + 1) != 0) bits++;
    const int32_t fraction = (int32_t)((((uint32_t)sum << (30 - bits)) + (1u << 13)) >> 14) - 65536;
    const int32_t scale = tm_softmax_between(tm_softmax_reciprocals, tm_clamp(fraction, 0, 65535));

    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t value = (int32_t)(((int64_t)output[i] * scale + (1 << (bits - 1))) >> bits);
      output[i] = (int16_t)tm_clamp(value, 0, INT16_MAX);
    }
    input += params->depth;
    output += params->depth;
  }
}

#endif
