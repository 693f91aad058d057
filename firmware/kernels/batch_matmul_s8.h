/* BATCH_MATMUL: products of matrices, each of which may be transposed; batches broadcast.
 *
 * Reach: the output must not overlap an input. */
#ifndef TM_BATCH_MATMUL_S8_H
#define TM_BATCH_MATMUL_S8_H

#include "tm_batch_matmul.h"

typedef tm_batch_matmul_params tm_batch_matmul_s8_params;

typedef struct {
  const int8_t *left;
  const int8_t *right;
  int8_t *output;
} tm_batch_matmul_s8_arrays;

static inline void tm_batch_matmul_s8_value(const tm_batch_matmul_params *params, const void *arrays, int32_t left,
                                            int32_t right, int32_t index) {
  const tm_batch_matmul_s8_arrays *at = arrays;
  uint32_t sum = 0; /* wraps */
  for (int32_t k = 0; k < params->depth; k++) {
    const int32_t a = at->left[left + k * params->left_depth_step] + params->left_offset;
    const int32_t b = at->right[right + k * params->right_depth_step] + params->right_offset;
    sum += (uint32_t)(a * b);
  }
  const int32_t scaled = tm_requantize((int32_t)sum, params->multiplier, params->shift);
  at->output[index] = (int8_t)tm_clamp(tm_wrapping_add(scaled, params->output_offset), INT8_MIN, INT8_MAX);
}

/* left: [batches...][rows][depth]; right: [batches...][depth][columns]; both as the steps say;
 * output: [batches...][rows][columns]. */
TM_INLINE void tm_batch_matmul_s8(const tm_batch_matmul_s8_params *params, const int8_t *left, const int8_t *right,
                                  int8_t *output) {
  const tm_batch_matmul_s8_arrays arrays = {left, right, output};
  tm_batch_matmul_walk(params, &arrays, tm_batch_matmul_s8_value);
}

#endif
