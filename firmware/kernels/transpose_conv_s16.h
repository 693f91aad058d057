/* TRANSPOSE_CONV on int16 with int8 weights and sums of 64 bits; see transpose_conv_s8.h. All zero points are 0.
 *
 * Reach: any output may need any input. The output must not overlap the input. */
#ifndef TM_TRANSPOSE_CONV_S16_H
#define TM_TRANSPOSE_CONV_S16_H

#include "tm_channel_s16.h"
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
  int32_t activation_min; /* -32768 to 32767 */
  int32_t activation_max; /* activation_min to 32767 */
  int32_t per_channel;    /* 1: a multiplier and a shift for each output channel; 0: one of each */
  int32_t wide_sums;      /* 1: sums of 64 bits, and a bias of two words; 0: of 32 */
} tm_transpose_conv_s16_params;

/* The sum of one output. input: the image; weights: the output channel's. */
TM_INLINE uint64_t tm_transpose_conv_s16_sum(const tm_transpose_conv_s16_params *params, tm_reaching_taps ys,
                                             tm_reaching_taps xs, const int16_t *input, const int8_t *weights,
                                             uint64_t sum) {
  const int32_t depth = params->input_channels;
  for (int32_t ky = ys.begin, y = ys.input; ky < ys.end; ky += params->stride_height, y--) {
    for (int32_t kx = xs.begin, x = xs.input; kx < xs.end; kx += params->stride_width, x--) {
      sum = tm_dot_s16(input + (y * params->input_width + x) * depth,
                       weights + (ky * params->filter_width + kx) * depth, depth, sum);
    }
  }
  return sum;
}

/* input: [batches][input_height][input_width][input_channels];
 * weights: [output_channels][filter_height][filter_width][input_channels]; bias: [output_channels] of one word or
 * two; multipliers, shifts: [output_channels] or [1]; shifts -31 to 30, of wide sums to 7;
 * output: [batches][output_height][output_width][output_channels]. */
TM_INLINE void tm_transpose_conv_s16(const tm_transpose_conv_s16_params *params, const int16_t *input,
                                     const int8_t *weights, const int32_t *bias, const int32_t *multipliers,
                                     const int8_t *shifts, int16_t *output) {
  const tm_channel_s16 to = {bias,
                             multipliers,
                             shifts,
                             params->per_channel,
                             params->wide_sums,
                             params->activation_min,
                             params->activation_max};
  const int32_t filter_size = params->filter_height * params->filter_width * params->input_channels;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const tm_reaching_taps ys = tm_taps_reaching(y + params->pad_top, params->filter_height,
                                                   params->stride_height, params->input_height);
      for (int32_t x = 0; x < params->output_width; x++) {
        const tm_reaching_taps xs = tm_taps_reaching(x + params->pad_left, params->filter_width,
                                                     params->stride_width, params->input_width);
        for (int32_t channel = 0; channel < params->output_channels; channel++) {
          const uint64_t sum = tm_transpose_conv_s16_sum(params, ys, xs, input, weights + channel * filter_size,
                                                         tm_channel_s16_start(&to, channel));
          *output++ = tm_channel_s16_value(&to, channel, sum);
        }
      }
    }
    input += params->input_height * params->input_width * params->input_channels;
  }
}

#endif
