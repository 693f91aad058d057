/* DEPTHWISE_CONV_2D: each input channel has depth_multiplier filters of its own.
 *
 * Reach: output pixel (y, x) is written when the input rows y * stride_height - pad_top and above have been read
 * whole; rows from there on may still be read. The output must not overlap the input.
 *
 * Specialised for layers: dsp. */
#ifndef TM_DEPTHWISE_CONV2D_S8_H
#define TM_DEPTHWISE_CONV2D_S8_H

#include "tm_channel.h"
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
  int32_t input_offset;   /* -zero point of the input, -127 to 128 */
  int32_t output_offset;  /* zero point of the output, -128 to 127 */
  int32_t activation_min; /* -128 to 127 */
  int32_t activation_max; /* activation_min to 127 */
  int32_t per_channel;    /* 1: a multiplier and a shift for each output channel; 0: one of each */
  int32_t shifts_right;   /* 1: all shifts are negative */
  int32_t depth_multiplier;
} tm_depthwise_conv2d_s8_params;

/* sum[i] of `channels` (1 or 4) neighbouring outputs. input, weights: at the first tap inside, first channel.
 * With a depth multiplier of 1 each output has its own input channel; otherwise all come from one. */
TM_INLINE void tm_depthwise_conv2d_s8_sums(const tm_depthwise_conv2d_s8_params *params, int32_t channels,
                                           tm_taps ys, tm_taps xs, const int8_t *input, const int8_t *weights,
                                           uint32_t sum[4]) {
  const int32_t x_step = params->dilation_width * params->input_channels;
  const int32_t y_step = params->dilation_height * params->input_width * params->input_channels;
  const int32_t w_step = params->input_channels * params->depth_multiplier;
  const int32_t offset = params->input_offset;
  uint32_t s0 = sum[0], s1 = 0, s2 = 0, s3 = 0;
  if (channels == 4) s1 = sum[1], s2 = sum[2], s3 = sum[3];
  for (int32_t ky = 0; ky < ys.end - ys.begin; ky++) {
    for (int32_t kx = 0; kx < xs.end - xs.begin; kx++) {
      const int8_t *x = input + ky * y_step + kx * x_step;
      const int8_t *w = weights + (ky * params->filter_width + kx) * w_step;
      s0 += (uint32_t)((x[0] + offset) * w[0]);
      if (channels == 4) {
        s1 += (uint32_t)((x[1] + offset) * w[1]);
        s2 += (uint32_t)((x[2] + offset) * w[2]);
        s3 += (uint32_t)((x[3] + offset) * w[3]);
      }
    }
  }
  sum[0] = s0;
  if (channels == 4) sum[1] = s1, sum[2] = s2, sum[3] = s3;
}

/* `channels` (1 or 4) neighbouring outputs from `channel` on. input: the pixel of the first tap inside. */
TM_INLINE void tm_depthwise_conv2d_s8_block(const tm_depthwise_conv2d_s8_params *params,
                                            const tm_channel_output *to, int32_t channels, int32_t channel,
                                            tm_taps ys, tm_taps xs, const int8_t *input, const int8_t *weights,
                                            const int32_t *bias, int8_t *output) {
  uint32_t sum[4];
  for (int32_t i = 0; i < channels; i++) sum[i] = (uint32_t)bias[channel + i];
  tm_depthwise_conv2d_s8_sums(params, channels, ys, xs, input + channel / params->depth_multiplier,
                              weights + channel, sum);
  /* With few taps the epilogue is a large part; as a loop it would keep its sums in memory. */
#pragma GCC unroll 4
  for (int32_t i = 0; i < channels; i++) output[channel + i] = tm_channel_value(to, channel + i, sum[i]);
}

/* input: [batches][input_height][input_width][input_channels];
 * weights: [filter_height][filter_width][channels], channels = input_channels * depth_multiplier;
 * bias: [channels]; multipliers, shifts: [channels] or [1], ranges as tm_requantize has them;
 * output: [batches][output_height][output_width][channels]. */
TM_INLINE void tm_depthwise_conv2d_s8(const tm_depthwise_conv2d_s8_params *params, const int8_t *input,
                                      const int8_t *weights, const int32_t *bias, const int32_t *multipliers,
                                      const int8_t *shifts, int8_t *output) {
  const tm_channel_output to = {multipliers,           shifts,
                                params->per_channel,   params->shifts_right,
                                params->output_offset, params->activation_min,
                                params->activation_max};
  const int32_t channels = params->input_channels * params->depth_multiplier;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const tm_taps ys = tm_taps_inside(y * params->stride_height - params->pad_top, params->filter_height,
                                        params->dilation_height, params->input_height);
      for (int32_t x = 0; x < params->output_width; x++) {
        const tm_taps xs = tm_taps_inside(x * params->stride_width - params->pad_left, params->filter_width,
                                          params->dilation_width, params->input_width);
        const int32_t row = ys.origin + ys.begin * params->dilation_height;
        const int32_t column = xs.origin + xs.begin * params->dilation_width;
        const int8_t *from = input + (row * params->input_width + column) * params->input_channels;
        const int8_t *w = weights + (ys.begin * params->filter_width + xs.begin) * channels;
        int32_t channel = 0;
        /* Blocks of four need four input channels side by side. */
        if (params->depth_multiplier == 1) {
          for (; channel + 3 < channels; channel += 4) {
            tm_depthwise_conv2d_s8_block(params, &to, 4, channel, ys, xs, from, w, bias, output);
          }
        }
        for (; channel < channels; channel++) {
          tm_depthwise_conv2d_s8_block(params, &to, 1, channel, ys, xs, from, w, bias, output);
        }
        output += channels;
      }
    }
    input += params->input_height * params->input_width * params->input_channels;
  }
}

#endif
