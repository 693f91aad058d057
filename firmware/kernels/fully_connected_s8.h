/* FULLY_CONNECTED, and CONV_2D with a 1x1 filter, stride 1 and no padding: rows of inputs times a matrix.
 *
 * Reach: row r of the output is written when row r + 1 of the input has been read and row r + 2 has not; every
 * output channel of a row needs the whole row of inputs. The output must not overlap the input.
 *
 * Specialised for layers: dsp. */
#ifndef TM_FULLY_CONNECTED_S8_H
#define TM_FULLY_CONNECTED_S8_H

#include "tm_channel.h"
#include "tm_dot_s8.h"

typedef struct {
  int32_t rows;           /* batches, or pixels of a convolution */
  int32_t depth;          /* inputs of a row */
  int32_t outputs;        /* outputs of a row */
  int32_t input_offset;   /* -zero point of the input, -127 to 128 */
  int32_t weights_offset; /* -zero point of the weights, -127 to 128; 0 but for models of old converters */
  int32_t output_offset;  /* zero point of the output, -128 to 127 */
  int32_t activation_min; /* -128 to 127 */
  int32_t activation_max; /* activation_min to 127 */
  int32_t per_channel;    /* 1: a multiplier and a shift for each output channel; 0: one of each */
  int32_t shifts_right;   /* 1: all shifts are negative */
} tm_fully_connected_s8_params;

/* The part of the sums that the weights' zero point makes: weights_offset times the sum of a row's inputs. */
TM_INLINE uint32_t tm_fully_connected_s8_base(const tm_fully_connected_s8_params *params, const int8_t *input) {
  uint32_t sum = 0;
  if (params->weights_offset == 0) return sum;
  for (int32_t k = 0; k < params->depth; k++) sum += (uint32_t)(input[k] + params->input_offset);
  return sum * (uint32_t)params->weights_offset;
}

/* `channels` (1 or 4) outputs from `channel` on, of `rows` (1 or 2) rows. base: [rows]. */
TM_INLINE void tm_fully_connected_s8_block(const tm_fully_connected_s8_params *params, const tm_channel_output *to,
                                           int32_t rows, int32_t channels, int32_t channel, const uint32_t *base,
                                           const int8_t *input, const int8_t *weights, const int32_t *bias,
                                           int8_t *output) {
  const int32_t depth = params->depth;
  uint32_t sum[8];
  for (int32_t i = 0; i < channels; i++) {
    sum[i] = (uint32_t)bias[channel + i] + base[0];
    if (rows == 2) sum[i + 4] = (uint32_t)bias[channel + i] + base[1];
  }
  tm_dot_block_s8(rows, channels, input, depth, weights + channel * depth, depth, depth, params->input_offset,
                  sum);
  for (int32_t i = 0; i < channels; i++) {
    output[channel + i] = tm_channel_value(to, channel + i, sum[i]);
    if (rows == 2) output[params->outputs + channel + i] = tm_channel_value(to, channel + i, sum[i + 4]);
  }
}

/* All outputs of `rows` (1 or 2) rows. */
TM_INLINE void tm_fully_connected_s8_rows(const tm_fully_connected_s8_params *params, const tm_channel_output *to,
                                          int32_t rows, const int8_t *input, const int8_t *weights,
                                          const int32_t *bias, int8_t *output) {
  uint32_t base[2] = {tm_fully_connected_s8_base(params, input), 0};
  if (rows == 2) base[1] = tm_fully_connected_s8_base(params, input + params->depth);
  const int32_t fours_end = params->outputs - params->outputs % 4;
  for (int32_t channel = 0; channel < fours_end; channel += 4) {
    tm_fully_connected_s8_block(params, to, rows, 4, channel, base, input, weights, bias, output);
  }
  for (int32_t channel = fours_end; channel < params->outputs; channel++) {
    tm_fully_connected_s8_block(params, to, rows, 1, channel, base, input, weights, bias, output);
  }
}

/* input: [rows][depth]; weights: [outputs][depth]; bias: [outputs]; multipliers, shifts: [outputs] or [1], ranges
 * as tm_requantize has them; output: [rows][outputs]. */
TM_INLINE void tm_fully_connected_s8(const tm_fully_connected_s8_params *params, const int8_t *input,
                                     const int8_t *weights, const int32_t *bias, const int32_t *multipliers,
                                     const int8_t *shifts, int8_t *output) {
  const tm_channel_output to = {multipliers,           shifts,
                                params->per_channel,   params->shifts_right,
                                params->output_offset, params->activation_min,
                                params->activation_max};
  int32_t row = 0;
  for (; row + 1 < params->rows; row += 2) {
    tm_fully_connected_s8_rows(params, &to, 2, input, weights, bias, output);
    input += 2 * params->depth;
    output += 2 * params->outputs;
  }
  if (row < params->rows) tm_fully_connected_s8_rows(params, &to, 1, input, weights, bias, output);
}

#endif
