/* RESIZE_NEAREST_NEIGHBOR: which input pixel each output pixel copies stands in tables, as TFLM computes it with
 * floats.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_RESIZE_NEAREST_S8_H
#define TM_RESIZE_NEAREST_S8_H

#include <string.h>

#include "tm_kernel.h"

typedef struct {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t output_height;
  int32_t output_width;
  int32_t channels;
} tm_resize_nearest_s8_params;

/* input: [batches][input_height][input_width][channels]; rows: [output_height], 0 to input_height - 1; columns:
 * [output_width], 0 to input_width - 1; output: [batches][output_height][output_width][channels]. */
TM_INLINE void tm_resize_nearest_s8(const tm_resize_nearest_s8_params *params, const int8_t *input,
                                    const int16_t *rows, const int16_t *columns, int8_t *output) {
  const int32_t channels = params->channels;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const int8_t *row = input + rows[y] * params->input_width * channels;
      for (int32_t x = 0; x < params->output_width; x++) {
        memcpy(output, row + columns[x] * channels, (uint32_t)channels);
        output += channels;
      }
    }
    input += params->input_height * params->input_width * channels;
  }
}

#endif
