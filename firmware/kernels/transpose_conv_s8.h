/* TRANSPOSE_CONV: each input pixel adds its filter's products to the outputs around stride times its place.
 *
 * TFLM adds them up in a 32-bit buffer as large as the output; here each output gathers what it gets, so that no
 * such buffer is needed. Sums wrap, so their order does not matter.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_TRANSPOSE_CONV_S8_H
#define TM_TRANSPOSE_CONV_S8_H

#include "tm_channel.h"
#include "tm_dot_s8.h"
#include "tm_reaching_taps.h"

typedef struct {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
  int32_t filter_height;
  int32_t filter_width;
  int32_t output_height;
  int32_t output_width;
  int32_t output_channels;
  int32_t stride_height; /* outputs between the places of two inputs */
  int32_t stride_width;
  int32_t pad_top;        /* rows of sums that are dropped above the output */
  int32_t pad_left;       /* columns of sums that are dropped left of the output */
  int32_t input_offset;   /* -zero point of the input, -127 to 128 */
  int32_t output_offset;  /* zero point of the output, -128 to 127 */
  int32_t activation_min; /* -128 to 127 */
  int32_t activation_max; /* activation_min to 127 */
  int32_t per_channel;    /* 1: a multiplier and a shift for each output channel; 0: one of each */
  int32_t shifts_right;   /* 1: all shifts are negative */
} tm_transpose_conv_s8_params;

/* `channels` (1 or 4) channels of an output from `channel` on. input: the image; output: the pixel's channels. */
TM_INLINE void tm_transpose_conv_s8_block(const tm_transpose_conv_s8_params *params, const tm_channel_output *to,
                                          int32_t channels, int32_t channel, tm_reaching_taps ys,
                                          tm_reaching_taps xs, const int8_t *input, const int8_t *weights,
                                          const int32_t *bias, int8_t *output) {
  const int32_t depth = params->input_channels;
  const int32_t filter_row = params->filter_width * depth, filter_size = params->filter_height * filter_row;
  uint32_t sum[8];
  for (int32_t i = 0; i < channels; i++) sum[i] = (uint32_t)bias[channel + i];
  for (int32_t ky = ys.begin, y = ys.input; ky < ys.end; ky += params->stride_height, y--) {
    for (int32_t kx = xs.begin, x = xs.input; kx < xs.end; kx += params->stride_width, x--) {
      tm_dot_block_s8(1, channels, input + (y * params->input_width + x) * depth, 0,
                      weights + channel * filter_size + ky * filter_row + kx * depth, filter_size, depth,
                      params->input_offset, sum);
    }
  }
  for (int32_t i = 0; i < channels; i++) output[channel + i] = tm_channel_value(to, channel + i, sum[i]);
}

/* input: [batches][input_height][input_width][input_channels];
 * weights: [output_channels][filter_height][filter_width][input_channels]; bias: [output_channels];
 * multipliers, shifts: [output_channels] or [1], ranges as tm_requantize has them;
 * output: [batches][output_height][output_width][output_channels]. */
TM_INLINE void tm_transpose_conv_s8(const tm_transpose_conv_s8_params *params, const int8_t *input,
                                    const int8_t *weights, const int32_t *bias, const int32_t *multipliers,
                                    const int8_t *shifts, int8_t *output) {
  const tm_channel_output to = {multipliers,           shifts,
                                params->per_channel,   params->shifts_right,
                                params->output_offset, params->activation_min,
                                params->activation_max};
  const int32_t fours_end = params->output_channels - params->output_channels % 4;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const tm_reaching_taps ys = tm_taps_reaching(y + params->pad_top, params->filter_height,
                                                   params->stride_height, params->input_height);
      for (int32_t x = 0; x < params->output_width; x++) {
        const tm_reaching_taps xs = tm_taps_reaching(x + params->pad_left, params->filter_width,
                                                     params->stride_width, params->input_width);
        for (int32_t channel = 0; channel < fours_end; channel += 4) {
          tm_transpose_conv_s8_block(params, &to, 4, channel, ys, xs, input, weights, bias, output);
        }
        for (int32_t channel = fours_end; channel < params->output_channels; channel++) {
          tm_transpose_conv_s8_block(params, &to, 1, channel, ys, xs, input, weights, bias, output);
        }
        output += params->output_channels;
      }
    }
    input += params->input_height * params->input_width * params->input_channels;
  }
}

#endif
