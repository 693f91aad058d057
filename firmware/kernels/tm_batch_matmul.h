/* What the kernels of BATCH_MATMUL share: how matrices lie in memory, and the walk over them. */
#ifndef TM_BATCH_MATMUL_H
#define TM_BATCH_MATMUL_H

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
  int32_t left_offset; /* -zero point of the left input; 0 where it is int16 */
  int32_t right_offset;
  int32_t multiplier;    /* sum to output; ranges as tm_requantize has them */
  int32_t shift;         /* -31 to 30, of int16 inputs to 7 */
  int32_t output_offset; /* zero point of the output; 0 where it is int16 */
} tm_batch_matmul_params;

/* Gives output `index`, the product of a row and a column, whose first elements are at `left` and `right`. */
typedef void tm_batch_matmul_value(const tm_batch_matmul_params *params, const void *arrays, int32_t left,
                                   int32_t right, int32_t index);

/* Call `value` for each output in order. */
TM_INLINE void tm_batch_matmul_walk(const tm_batch_matmul_params *params, const void *arrays,
                                    tm_batch_matmul_value *value) {
  int32_t index = 0;
  for (int32_t b0 = 0; b0 < params->batch_0; b0++) {
    for (int32_t b1 = 0; b1 < params->batch_1; b1++) {
      for (int32_t b2 = 0; b2 < params->batch_2; b2++) {
        const int32_t left = b0 * params->left_step_0 + b1 * params->left_step_1 + b2 * params->left_step_2;
        const int32_t right = b0 * params->right_step_0 + b1 * params->right_step_1 + b2 * params->right_step_2;
        for (int32_t row = 0; row < params->rows; row++) {
          for (int32_t column = 0; column < params->columns; column++) {
            value(params, arrays, left + row * params->left_row_step, right + column * params->right_column_step,
                  index++);
          }
        }
      }
    }
  }
}

#endif
