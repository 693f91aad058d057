/* CONV_2D on int16 with int8 weights, also grouped. All zero points are 0.
 *
 * Reach: output pixel (y, x) is written when the input rows y * stride_height - pad_top and above have been read
 * whole; rows from there on may still be read. The output must not overlap the input. */
#ifndef TM_CONV2D_S16_H
#define TM_CONV2D_S16_H

#include "tm_channel_s16.h"
#include "tm_window.h"

typedef struct {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels; /* groups * filter_channels */
  int32_t filter_height;
  int32_t filter_width;
  int32_t output_height;
  int32_t output_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t pad_top;  /* rows of padding above the input */
  int32_t pad_left; /* columns of padding left of the input */
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t activation_min; /* -32768 to 32767 */
  int32_t activation_max; /* activation_min to 32767 */
  int32_t per_channel;    /* 1: a multiplier and a shift for each output channel; 0: one of each */
  int32_t wide_sums;      /* 1: sums of 64 bits, and a bias of two words; 0: of 32 */
  int32_t filter_channels;
  int32_t output_channels; /* a multiple of groups */
  int32_t groups;
} tm_conv2d_s16_params;

/* `channels` (1 or 4) outputs of a pixel from `channel` on. input: the group's first channel of the image; output:
 * the pixel's channels. */
TM_INLINE void tm_conv2d_s16_block(const tm_conv2d_s16_params *params, const tm_channel_s16 *to, int32_t channels,
                                   int32_t channel, tm_taps ys, tm_taps xs, const int16_t *input,
                                   const int8_t *weights, int16_t *output) {
  const int32_t depth = params->filter_channels;
  const int32_t filter_row = params->filter_width * depth, filter_size = params->filter_height * filter_row;
  /* Where neighbours in the filter's row are neighbours in memory, a row of taps is one run. */
  const int32_t one_run = params->dilation_width == 1 && params->groups == 1;
  const int32_t runs = one_run ? 1 : xs.end - xs.begin;
  const int32_t length = one_run ? (xs.end - xs.begin) * depth : depth;
  uint64_t sum[4];
  for (int32_t i = 0; i < channels; i++) sum[i] = tm_channel_s16_start(to, channel + i);
  for (int32_t ky = ys.begin; ky < ys.end; ky++) {
    const int32_t y = ys.origin + ky * params->dilation_height;
    for (int32_t run = 0; run < runs; run++) {
      const int32_t kx = xs.begin + run, x = xs.origin + kx * params->dilation_width;
      tm_dot_s16(channels, input + (y * params->input_width + x) * params->input_channels,
                 weights + channel * filter_size + ky * filter_row + kx * depth, filter_size, length, sum);
    }
  }
  for (int32_t i = 0; i < channels; i++) output[channel + i] = tm_channel_s16_value(to, channel + i, sum[i]);
}

/* All outputs of a pixel. */
TM_INLINE void tm_conv2d_s16_pixel(const tm_conv2d_s16_params *params, const tm_channel_s16 *to, tm_taps ys,
                                   tm_taps xs, const int16_t *input, const int8_t *weights, int16_t *output) {
  const int32_t filters = params->output_channels / params->groups;
  for (int32_t group = 0; group < params->groups; group++) {
    const int32_t end = (group + 1) * filters, fours_end = end - filters % 4;
    for (int32_t channel = group * filters; channel < fours_end; channel += 4) {
      tm_conv2d_s16_block(params, to, 4, channel, ys, xs, input, weights, output);
    }
    for (int32_t channel = fours_end; channel < end; channel++) {
      tm_conv2d_s16_block(params, to, 1, channel, ys, xs, input, weights, output);
    }
    input += params->filter_channels;
  }
}

/* input: [batches][input_height][input_width][input_channels];
 * weights: [output_channels][filter_height][filter_width][filter_channels]; bias: [output_channels] of one word or
 * two; multipliers, shifts: [output_channels] or [1]; shifts -31 to 30, of wide sums to 7;
 * output: [batches][output_height][output_width][output_channels]. */
TM_INLINE void tm_conv2d_s16(const tm_conv2d_s16_params *params, const int16_t *input, const int8_t *weights,
                             const int32_t *bias, const int32_t *multipliers, const int8_t *shifts,
                             int16_t *output) {
  const tm_channel_s16 to = {bias,
                             multipliers,
                             shifts,
                             params->per_channel,
                             params->wide_sums,
                             params->activation_min,
                             params->activation_max};
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const tm_taps ys = tm_taps_inside(y * params->stride_height - params->pad_top, params->filter_height,
                                        params->dilation_height, params->input_height);
      for (int32_t x = 0; x < params->output_width; x++) {
        const tm_taps xs = tm_taps_inside(x * params->stride_width - params->pad_left, params->filter_width,
                                          params->dilation_width, params->input_width);
        tm_conv2d_s16_pixel(params, &to, ys, xs, input, weights, output);
        output += params->output_channels;
      }
    }
    input += params->input_height * params->input_width * params->input_channels;
  }
}

#endif
