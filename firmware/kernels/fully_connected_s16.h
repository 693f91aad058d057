/* FULLY_CONNECTED on int16 with int8 weights: rows of inputs times a matrix. Zero points of inputs and outputs are
 * 0.
 *
 * Reach: row r of the output is written when row r of the input has been read; every output channel of a row needs
 * the whole row of inputs. The output must not overlap the input. */
#ifndef TM_FULLY_CONNECTED_S16_H
#define TM_FULLY_CONNECTED_S16_H

#include "tm_channel_s16.h"

typedef struct {
  int32_t rows;           /* batches */
  int32_t depth;          /* inputs of a row */
  int32_t outputs;        /* outputs of a row */
  int32_t weights_offset; /* -zero point of the weights, -127 to 128; 0 but for models of old converters */
  int32_t activation_min; /* -32768 to 32767 */
  int32_t activation_max; /* activation_min to 32767 */
  int32_t per_channel;    /* 1: a multiplier and a shift for each output channel; 0: one of each */
  int32_t wide_sums;      /* 1: sums of 64 bits, and a bias of two words; 0: of 32 */
} tm_fully_connected_s16_params;

/* input: [rows][depth]; weights: [outputs][depth]; bias: [outputs] of one word or two; multipliers, shifts:
 * [outputs] or [1]; shifts -31 to 30, of wide sums to 7; output: [rows][outputs]. */
TM_INLINE void tm_fully_connected_s16(const tm_fully_connected_s16_params *params, const int16_t *input,
                                      const int8_t *weights, const int32_t *bias, const int32_t *multipliers,
                                      const int8_t *shifts, int16_t *output) {
  const tm_channel_s16 to = {bias,
                             multipliers,
                             shifts,
                             params->per_channel,
                             params->wide_sums,
                             params->activation_min,
                             params->activation_max};
  const int32_t depth = params->depth;
  for (int32_t row = 0; row < params->rows; row++) {
    uint64_t offset = 0; /* what the weights' zero point adds to every sum of the row */
    for (int32_t k = 0; params->weights_offset != 0 && k < depth; k++) {
      offset += (uint64_t)(int64_t)(input[k] * params->weights_offset);
    }
    for (int32_t channel = 0; channel < params->outputs; channel++) {
      const uint64_t start = tm_channel_s16_start(&to, channel) + offset;
      const uint64_t sum = tm_dot_s16(input, weights + channel * depth, depth, start);
      *output++ = tm_channel_s16_value(&to, channel, sum);
    }
    input += depth;
  }
}

#endif
