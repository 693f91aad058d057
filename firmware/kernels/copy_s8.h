/* Copy rows of bytes into an output of longer rows: an input of CONCATENATION, or a constant's RESHAPE.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_COPY_S8_H
#define TM_COPY_S8_H

#include <string.h>

#include "tm_kernel.h"

typedef struct {
  int32_t rows;
  int32_t row_size;     /* bytes of a row of the input */
  int32_t output_step;  /* bytes between rows of the output */
  int32_t output_start; /* where the first row goes, in bytes */
} tm_copy_s8_params;

/* input: [rows][row_size]; output: [rows][output_step], of which output_start to output_start + row_size - 1 of
 * each row are written. */
TM_INLINE void tm_copy_s8(const tm_copy_s8_params *params, const int8_t *input, int8_t *output) {
  for (int32_t row = 0; row < params->rows; row++) {
    memcpy(output + row * params->output_step + params->output_start, input + row * params->row_size,
           (uint32_t)params->row_size);
  }
}

#endif
