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

/* The sum of one output: input: the group's first channel of the image; weights: the output channel's. */
TM_INLINE uint64_t tm_conv2d_s16_sum(const tm_conv2d_s16_params *params, tm_taps ys, tm_taps xs,
                                     const int16_t *input, const int8_t *weights, uint64_t sum) {
  const int32_t depth = params->filter_channels;
  for (int32_t ky = ys.begin; ky < ys.end; ky++) {
    const int32_t y = ys.origin + ky * params->dilation_height;
    for (int32_t kx = xs.begin; kx < xs.end; kx++) {
      const int32_t x = xs.origin + kx * params->dilation_width;
      sum = tm_dot_s16(input + (y * params->input_width + x) * params->input_channels,
                       weights + (ky * params->filter_width + kx) * depth, depth, sum);
    }
  }
  return sum;
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
  const int32_t filter_size = params->filter_height * params->filter_width * params->filter_channels;
  const int32_t filters = params->output_channels / params->groups;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const tm_taps ys = tm_taps_inside(y * params->stride_height - params->pad_top, params->filter_height,
                                        params->dilation_height, params->input_height);
      for (int32_t x = 0; x < params->output_width; x++) {
        const tm_taps xs = tm_taps_inside(x * params->stride_width - params->pad_left, params->filter_width,
                                          params->dilation_width, params->input_width);
        for (int32_t channel = 0; channel < params->output_channels; channel++) {
          const uint64_t sum =
              tm_conv2d_s16_sum(params, ys, xs, input + channel / filters * params->filter_channels,
                                weights + channel * filter_size, tm_channel_s16_start(&to, channel));
          *output++ = tm_channel_s16_value(&to, channel, sum);
        }
      }
    }
    input += params->input_height * params->input_width * params->input_channels;
  }
}

#endif
