/* CONV_2D, also grouped.
 *
 * Reach: output pixel (y, x) is written when the input rows y * stride_height - pad_top and above have been read
 * whole; rows from there on may still be read. The output must not overlap the input.
 *
 * Specialised for layers: dsp. */
#ifndef TM_CONV2D_S8_H
#define TM_CONV2D_S8_H

#include "tm_channel.h"
#include "tm_dot_s8.h"
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
  int32_t input_offset;   /* -zero point of the input, -127 to 128 */
  int32_t output_offset;  /* zero point of the output, -128 to 127 */
  int32_t activation_min; /* -128 to 127 */
  int32_t activation_max; /* activation_min to 127 */
  int32_t per_channel;    /* 1: a multiplier and a shift for each output channel; 0: one of each */
  int32_t shifts_right;   /* 1: all shifts are negative */
  int32_t filter_channels;
  int32_t output_channels; /* a multiple of groups */
  int32_t groups;
} tm_conv2d_s8_params;

/* `channels` (1 or 4) outputs from `channel` on, of `pixels` (1 or 2) neighbours in a row that see the same taps.
 * input: the group's first channel of the image; output: the first pixel's channels. */
TM_INLINE void tm_conv2d_s8_block(const tm_conv2d_s8_params *params, const tm_channel_output *to, int32_t pixels,
                                  int32_t channels, int32_t channel, tm_taps ys, tm_taps xs, const int8_t *input,
                                  const int8_t *weights, const int32_t *bias, int8_t *output) {
  const int32_t depth = params->filter_channels;
  const int32_t filter_row = params->filter_width * depth, filter_size = params->filter_height * filter_row;
  const int32_t x_step = params->stride_width * params->input_channels;
  /* Where neighbours in the filter's row are neighbours in memory, a row of taps is one run. */
  const int32_t one_run = params->dilation_width == 1 && params->groups == 1;
  const int32_t runs = one_run ? 1 : xs.end - xs.begin;
  const int32_t length = one_run ? (xs.end - xs.begin) * depth : depth;
  uint32_t sum[8];
  for (int32_t i = 0; i < channels; i++) {
    sum[i] = (uint32_t)bias[channel + i];
    if (pixels == 2) sum[i + 4] = (uint32_t)bias[channel + i];
  }
  for (int32_t ky = ys.begin; ky < ys.end; ky++) {
    const int32_t y = ys.origin + ky * params->dilation_height;
    for (int32_t run = 0; run < runs; run++) {
      const int32_t kx = xs.begin + run, x = xs.origin + kx * params->dilation_width;
      tm_dot_block_s8(pixels, channels, input + (y * params->input_width + x) * params->input_channels, x_step,
                      weights + channel * filter_size + ky * filter_row + kx * depth, filter_size, length,
                      params->input_offset, sum);
    }
  }
  for (int32_t i = 0; i < channels; i++) {
    output[channel + i] = tm_channel_value(to, channel + i, sum[i]);
    if (pixels == 2) output[params->output_channels + channel + i] = tm_channel_value(to, channel + i, sum[i + 4]);
  }
}

/* All outputs of `pixels` (1 or 2) neighbours in a row that see the same taps. */
TM_INLINE void tm_conv2d_s8_pixels(const tm_conv2d_s8_params *params, const tm_channel_output *to, int32_t pixels,
                                   tm_taps ys, tm_taps xs, const int8_t *input, const int8_t *weights,
                                   const int32_t *bias, int8_t *output) {
  const int32_t filters = params->output_channels / params->groups;
  for (int32_t group = 0; group < params->groups; group++) {
    const int32_t end = (group + 1) * filters, fours_end = end - filters % 4;
    for (int32_t channel = group * filters; channel < fours_end; channel += 4) {
      tm_conv2d_s8_block(params, to, pixels, 4, channel, ys, xs, input, weights, bias, output);
    }
    for (int32_t channel = fours_end; channel < end; channel++) {
      tm_conv2d_s8_block(params, to, pixels, 1, channel, ys, xs, input, weights, bias, output);
    }
    input += params->filter_channels;
  }
}

TM_INLINE tm_taps tm_conv2d_s8_xs(const tm_conv2d_s8_params *params, int32_t x) {
  return tm_taps_inside(x * params->stride_width - params->pad_left, params->filter_width, params->dilation_width,
                        params->input_width);
}

/* input: [batches][input_height][input_width][input_channels];
 * weights: [output_channels][filter_height][filter_width][filter_channels]; bias: [output_channels];
 * multipliers, shifts: [output_channels] or [1], ranges as tm_requantize has them;
 * output: [batches][output_height][output_width][output_channels]. */
TM_INLINE void tm_conv2d_s8(const tm_conv2d_s8_params *params, const int8_t *input, const int8_t *weights,
                            const int32_t *bias, const int32_t *multipliers, const int8_t *shifts,
                            int8_t *output) {
  const tm_channel_output to = {multipliers,           shifts,
                                params->per_channel,   params->shifts_right,
                                params->output_offset, params->activation_min,
                                params->activation_max};
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const tm_taps ys = tm_taps_inside(y * params->stride_height - params->pad_top, params->filter_height,
                                        params->dilation_height, params->input_height);
      for (int32_t x = 0; x < params->output_width;) {
        const tm_taps xs = tm_conv2d_s8_xs(params, x), next = tm_conv2d_s8_xs(params, x + 1);
        const int32_t pair = x + 1 < params->output_width && xs.begin == next.begin && xs.end == next.end;
        if (pair) {
          tm_conv2d_s8_pixels(params, &to, 2, ys, xs, input, weights, bias, output);
        } else {
          tm_conv2d_s8_pixels(params, &to, 1, ys, xs, input, weights, bias, output);
        }
        x += 1 + pair;
        output += (1 + pair) * params->output_channels;
      }
    }
    input += params->input_height * params->input_width * params->input_channels;
  }
}

#endif
