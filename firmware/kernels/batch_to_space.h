/* BATCH_TO_SPACE_ND: batches become the places of an image's blocks, and the image's edges are cropped.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_BATCH_TO_SPACE_H
#define TM_BATCH_TO_SPACE_H

#include "tm_strides.h"

typedef struct {
  int32_t batches; /* of the output */
  int32_t height;  /* of the output */
  int32_t width;
  int32_t block_height;
  int32_t block_width;
  int32_t rows; /* of the input */
  int32_t columns;
  int32_t top; /* rows that are cropped in front of the output */
  int32_t left;
  int32_t run; /* bytes of a place: its channels */
} tm_batch_to_space_params;

/* input: [block_height][block_width][batches][rows][columns][run]; output: [batches][height][width][run]. */
TM_INLINE void tm_batch_to_space(const tm_batch_to_space_params *params, const int8_t *input, int8_t *output) {
  const int32_t places = params->block_height * params->block_width;
  for (int32_t place = 0; place < places; place++) {
    for (int32_t row = 0; row < params->batches * params->rows; row++) {
      const int32_t batch = row / params->rows;
      const int32_t y = row % params->rows * params->block_height + place / params->block_width - params->top;
      for (int32_t column = 0; column < params->columns; column++) {
        const int32_t x = column * params->block_width + place % params->block_width - params->left;
        if (y >= 0 && y < params->height && x >= 0 && x < params->width) {
          int8_t *to = output + ((batch * params->height + y) * params->width + x) * params->run;
          tm_run_copy(input, to, params->run);
        }
        input += params->run;
      }
    }
  }
}

#endif
