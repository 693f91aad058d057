/* DEPTHWISE_CONV_2D on int16 with int8 weights: each input channel has depth_multiplier filters of its own. All
 * zero points are 0.
 *
 * Reach: output pixel (y, x) is written when the input rows y * stride_height - pad_top and above have been read
 * whole; rows from there on may still be read. The output must not overlap the input. */
#ifndef TM_DEPTHWISE_CONV2D_S16_H
#define TM_DEPTHWISE_CONV2D_S16_H

#include "tm_channel_s16.h"
#include "tm_window.h"

typedef struct {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
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
  int32_t activation_min;   /* -32768 to 32767 */
  int32_t activation_max;   /* activation_min to 32767 */
  int32_t per_channel;      /* 1: a multiplier and a shift for each output channel; 0: one of each */
  int32_t wide_sums;        /* 1: sums of 64 bits, and a bias of two words; 0: of 32 */
  int32_t depth_multiplier; /* output channels of an input channel */
} tm_depthwise_conv2d_s16_params;

/* input: [batches][input_height][input_width][input_channels];
 * weights: [filter_height][filter_width][channels], channels = input_channels * depth_multiplier;
 * bias: [channels] of one word or two; multipliers, shifts: [channels] or [1]; shifts -31 to 30, of wide sums to
 * 7; output: [batches][output_height][output_width][channels]. */
TM_INLINE void tm_depthwise_conv2d_s16(const tm_depthwise_conv2d_s16_params *params, const int16_t *input,
                                       const int8_t *weights, const int32_t *bias, const int32_t *multipliers,
                                       const int8_t *shifts, int16_t *output) {
  const tm_channel_s16 to = {bias,
                             multipliers,
                             shifts,
                             params->per_channel,
                             params->wide_sums,
                             params->activation_min,
                             params->activation_max};
  const int32_t depth = params->input_channels, channels = depth * params->depth_multiplier;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const tm_taps ys = tm_taps_inside(y * params->stride_height - params->pad_top, params->filter_height,
                                        params->dilation_height, params->input_height);
      for (int32_t x = 0; x < params->output_width; x++) {
        const tm_taps xs = tm_taps_inside(x * params->stride_width - params->pad_left, params->filter_width,
                                          params->dilation_width, params->input_width);
        for (int32_t channel = 0; channel < channels; channel++) {
          uint64_t sum = tm_channel_s16_start(&to, channel);
          for (int32_t ky = ys.begin; ky < ys.end; ky++) {
            for (int32_t kx = xs.begin; kx < xs.end; kx++) {
              const int32_t row = ys.origin + ky * params->dilation_height;
              const int32_t column = xs.origin + kx * params->dilation_width;
              const int32_t at = (row * params->input_width + column) * depth + channel / params->depth_multiplier;
              sum =
                  tm_dot_s16(input + at, weights + (ky * params->filter_width + kx) * channels + channel, 1, sum);
            }
          }
          *output++ = tm_channel_s16_value(&to, channel, sum);
        }
      }
    }
    input += params->input_height * params->input_width * depth;
  }
}

#endif
