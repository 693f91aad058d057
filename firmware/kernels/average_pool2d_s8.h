/* AVERAGE_POOL_2D: the mean of the inputs under the window, rounded to nearest, ties away from zero.
 *
 * Reach: without padding, output element i is written when every input element that is read later has an index
 * above i, so the output may lie upon the input. With padding it must not overlap the input.
 *
 * Specialised for layers: dsp. */
#ifndef TM_AVERAGE_POOL2D_S8_H
#define TM_AVERAGE_POOL2D_S8_H

#include "tm_window.h"

typedef struct {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t channels;
  int32_t filter_height;
  int32_t filter_width;
  int32_t output_height;
  int32_t output_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t pad_top;        /* rows of padding above the input */
  int32_t pad_left;       /* columns of padding left of the input */
  int32_t activation_min; /* -128 to 127 */
  int32_t activation_max; /* activation_min to 127 */
} tm_average_pool2d_s8_params;

/* The mean of one channel. input: the image's first pixel, at the channel. */
TM_INLINE int32_t tm_average_pool2d_s8_mean(const tm_average_pool2d_s8_params *params, tm_taps ys, tm_taps xs,
                                            const int8_t *input) {
  const int32_t count = (ys.end - ys.begin) * (xs.end - xs.begin);
  int32_t sum = 0;
  for (int32_t ky = ys.begin; ky < ys.end; ky++) {
    for (int32_t kx = xs.begin; kx < xs.end; kx++) {
      sum += input[((ys.origin + ky) * params->input_width + xs.origin + kx) * params->channels];
    }
  }
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

/* input: [batches][input_height][input_width][channels], at least one of them under each window;
 * output: [batches][output_height][output_width][channels]. */
TM_INLINE void tm_average_pool2d_s8(const tm_average_pool2d_s8_params *params, const int8_t *input,
                                    int8_t *output) {
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const tm_taps ys = tm_taps_inside(y * params->stride_height - params->pad_top, params->filter_height, 1,
                                        params->input_height);
      for (int32_t x = 0; x < params->output_width; x++) {
        const tm_taps xs = tm_taps_inside(x * params->stride_width - params->pad_left, params->filter_width, 1,
                                          params->input_width);
        for (int32_t channel = 0; channel < params->channels; channel++) {
          const int32_t mean = tm_average_pool2d_s8_mean(params, ys, xs, input + channel);
          *output++ = (int8_t)tm_clamp(mean, params->activation_min, params->activation_max);
        }
      }
    }
    input += params->input_height * params->input_width * params->channels;
  }
}

#endif
