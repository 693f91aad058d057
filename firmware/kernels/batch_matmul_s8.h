/* BATCH_MATMUL: products of matrices, each of which may be transposed; batches broadcast.
 *
 * Reach: the output must not overlap an input. */
#ifndef TM_BATCH_MATMUL_S8_H
#define TM_BATCH_MATMUL_S8_H

#include "tm_requantize.h"

typedef struct {
  int32_t batch_0; /* the output's batches, the outermost first */
  int32_t batch_1;
  int32_t batch_2;
  int32_t left_step_0; /* elements between neighbours of batch_0 in the left input; 0 where it is broadcast */
  int32_t left_step_1;
  int32_t left_step_2;
  int32_t right_step_0;
  int32_t right_step_1;
  int32_t right_step_2;
  int32_t rows;    /* of the left matrix and the output */
  int32_t columns; /* of the right matrix and the output */
  int32_t depth;   /* columns of the left matrix, rows of the right one */
  int32_t left_row_step;
  int32_t left_depth_step;
  int32_t right_depth_step;
  int32_t right_column_step;
  int32_t left_offset; /* -zero point of the left input, -127 to 128 */
  int32_t right_offset;
  int32_t multiplier;    /* sum to output; ranges as tm_requantize has them */
  int32_t shift;         /* -31 to 30 */
  int32_t output_offset; /* zero point of the output, -128 to 127 */
} tm_batch_matmul_s8_params;

/* One element of a product. left: the row; right: the column. */
TM_INLINE int8_t tm_batch_matmul_s8_value(const tm_batch_matmul_s8_params *params, const int8_t *left,
                                          const int8_t *right) {
  uint32_t sum = 0; /* wraps */
  for (int32_t k = 0; k < params->depth; k++) {
    const int32_t a = left[k * params->left_depth_step] + params->left_offset;
    const int32_t b = right[k * params->right_depth_step] + params->right_offset;
    sum += (uint32_t)(a * b);
  }
  const int32_t scaled = tm_requantize((int32_t)sum, params->multiplier, params->shift);
  return (int8_t)tm_clamp(tm_wrapping_add(scaled, params->output_offset), INT8_MIN, INT8_MAX);
}

/* left: [batches...][rows][depth]; right: [batches...][depth][columns]; both as the steps say;
 * output: [batch_0][batch_1][batch_2][rows][columns]. */
TM_INLINE void tm_batch_matmul_s8(const tm_batch_matmul_s8_params *params, const int8_t *left, const int8_t *right,
                                  int8_t *output) {
  for (int32_t b0 = 0; b0 < params->batch_0; b0++) {
    for (int32_t b1 = 0; b1 < params->batch_1; b1++) {
      for (int32_t b2 = 0; b2 < params->batch_2; b2++) {
        const int8_t *a = left + b0 * params->left_step_0 + b1 * params->left_step_1 + b2 * params->left_step_2;
        const int8_t *b =
            right + b0 * params->right_step_0 + b1 * params->right_step_1 + b2 * params->right_step_2;
        for (int32_t row = 0; row < params->rows; row++) {
          for (int32_t column = 0; column < params->columns; column++) {
            *output++ = tm_batch_matmul_s8_value(params, a + row * params->left_row_step,
                                                 b + column * params->right_column_step);
          }
        }
      }
    }
  }
}

#endif
