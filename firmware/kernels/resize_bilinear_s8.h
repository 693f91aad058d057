/* RESIZE_BILINEAR: each output pixel comes from the four input pixels around its place in the input.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_RESIZE_BILINEAR_S8_H
#define TM_RESIZE_BILINEAR_S8_H

#include "tm_requantize.h"

typedef struct {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t output_height;
  int32_t output_width;
  int32_t channels;
  int32_t step_height;  /* between two output rows, in 1/1024 of an input row */
  int32_t start_height; /* the first output row's place, -512 or more; the last one's is below input_height */
  int32_t step_width;   /* the same for columns */
  int32_t start_width;
} tm_resize_bilinear_s8_params;

/* The two input positions around a place, and the weight of the second: 1024 stands for 1.0. In front of the first
 * pixel both are the first pixel, and the weight is negative. */
typedef struct {
  int32_t lower;
  int32_t upper;
  int32_t weight;
} tm_resize_bilinear_s8_pair;

/* place: in 1/1024 of a position, -512 to size * 1024 - 1. */
TM_INLINE tm_resize_bilinear_s8_pair tm_resize_bilinear_s8_around(int32_t place, int32_t size) {
  const int32_t lower = tm_max(place, 0) / 1024, upper = tm_min((place + 1023) / 1024, size - 1);
  const tm_resize_bilinear_s8_pair pair = {lower, upper, place - lower * 1024};
  return pair;
}

/* One channel of a pixel. rows, columns: places in the input, in elements. */
TM_INLINE int8_t tm_resize_bilinear_s8_value(tm_resize_bilinear_s8_pair rows, tm_resize_bilinear_s8_pair columns,
                                             const int8_t *input) {
  const int32_t y = rows.weight, x = columns.weight;
  const int32_t sum = input[rows.lower + columns.lower] * (1024 - y) * (1024 - x) +
                      input[rows.upper + columns.lower] * y * (1024 - x) +
                      input[rows.lower + columns.upper] * (1024 - y) * x +
                      input[rows.upper + columns.upper] * y * x;
  return (int8_t)tm_rounding_shift(sum, 20);
}

/* input: [batches][input_height][input_width][channels];
 * output: [batches][output_height][output_width][channels]. */
TM_INLINE void tm_resize_bilinear_s8(const tm_resize_bilinear_s8_params *params, const int8_t *input,
                                     int8_t *output) {
  const int32_t row = params->input_width * params->channels;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      tm_resize_bilinear_s8_pair rows =
          tm_resize_bilinear_s8_around(y * params->step_height + params->start_height, params->input_height);
      rows.lower *= row;
      rows.upper *= row;
      for (int32_t x = 0; x < params->output_width; x++) {
        tm_resize_bilinear_s8_pair columns =
            tm_resize_bilinear_s8_around(x * params->step_width + params->start_width, params->input_width);
        columns.lower *= params->channels;
        columns.upper *= params->channels;
        for (int32_t channel = 0; channel < params->channels; channel++) {
          *output++ = tm_resize_bilinear_s8_value(rows, columns, input + channel);
        }
      }
    }
    input += params->input_height * row;
  }
}

#endif
