/* What AVERAGE_POOL_2D and MAX_POOL_2D of int8 and of int16 share: the walk over windows. */
#ifndef TM_POOL_H
#define TM_POOL_H

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
  int32_t activation_min; /* of the output's type */
  int32_t activation_max; /* activation_min or more */
} tm_pool_params;

/* Element `at` of an array of `bits` bits an element, 8 or 16: a constant of every call, so that one of both is
 * left when it is inlined. */
TM_INLINE int32_t tm_pool_element(const void *input, int32_t bits, int32_t at) {
  return bits == 8 ? ((const int8_t *)input)[at] : ((const int16_t *)input)[at];
}

/* What a window makes of one channel. input: the image's first pixel, at the channel. */
typedef int32_t tm_pool_window(const tm_pool_params *params, tm_taps ys, tm_taps xs, const void *input,
                               int32_t bits);

/* The mean, rounded to nearest, ties away from zero; at least one input is under the window. */
TM_INLINE int32_t tm_pool_mean(const tm_pool_params *params, tm_taps ys, tm_taps xs, const void *input,
                               int32_t bits) {
  const int32_t count = (ys.end - ys.begin) * (xs.end - xs.begin);
  int32_t sum = 0;
  for (int32_t ky = ys.begin; ky < ys.end; ky++) {
    for (int32_t kx = xs.begin; kx < xs.end; kx++) {
      sum += tm_pool_element(input, bits,
                             ((ys.origin + ky) * params->input_width + xs.origin + kx) * params->channels);
    }
  }
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

/* The largest value. */
TM_INLINE int32_t tm_pool_max(const tm_pool_params *params, tm_taps ys, tm_taps xs, const void *input,
                              int32_t bits) {
  int32_t max = bits == 8 ? INT8_MIN : INT16_MIN;
  for (int32_t ky = ys.begin; ky < ys.end; ky++) {
    for (int32_t kx = xs.begin; kx < xs.end; kx++) {
      max = tm_max(max,
                   tm_pool_element(input, bits,
                                   ((ys.origin + ky) * params->input_width + xs.origin + kx) * params->channels));
    }
  }
  return max;
}

/* input: [batches][input_height][input_width][channels];
 * output: [batches][output_height][output_width][channels]. */
TM_INLINE void tm_pool(const tm_pool_params *params, const void *input, void *output, int32_t bits,
                       tm_pool_window *window) {
  const int8_t *image = input;
  int8_t *narrow = output; /* one of both is used */
  int16_t *wide = output;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const tm_taps ys = tm_taps_inside(y * params->stride_height - params->pad_top, params->filter_height, 1,
                                        params->input_height);
      for (int32_t x = 0; x < params->output_width; x++) {
        const tm_taps xs = tm_taps_inside(x * params->stride_width - params->pad_left, params->filter_width, 1,
                                          params->input_width);
        for (int32_t channel = 0; channel < params->channels; channel++) {
          const int32_t value = tm_clamp(window(params, ys, xs, image + bits / 8 * channel, bits),
                                         params->activation_min, params->activation_max);
          if (bits == 8) {
            *narrow++ = (int8_t)value;
          } else {
            *wide++ = (int16_t)value;
          }
        }
      }
    }
    image += bits / 8 * params->input_height * params->input_width * params->channels;
  }
}

#endif
