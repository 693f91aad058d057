/* BATCH_MATMUL on int16, with sums of 64 bits: products of matrices, each of which may be transposed; batches
 * broadcast.
 *
 * Reach: the output must not overlap an input. */
#ifndef TM_BATCH_MATMUL_S16_H
#define TM_BATCH_MATMUL_S16_H

#include "tm_batch_matmul.h"
#include "tm_channel_s16.h"

typedef tm_batch_matmul_params tm_batch_matmul_s16_params;

typedef struct {
  const int16_t *left;
  const int16_t *right;
  int16_t *output;
} tm_batch_matmul_s16_arrays;

static inline void tm_batch_matmul_s16_value(const tm_batch_matmul_params *params, const void *arrays,
                                             int32_t left, int32_t right, int32_t index) {
  const tm_batch_matmul_s16_arrays *at = arrays;
  uint64_t sum = 0;
  for (int32_t k = 0; k < params->depth; k++) {
    const int32_t a = at->left[left + k * params->left_depth_step];
    sum += (uint64_t)(int64_t)(a * at->right[right + k * params->right_depth_step]);
  }
  const int32_t scaled = tm_requantize_wide(sum, params->multiplier, params->shift);
  at->output[index] = (int16_t)tm_clamp(scaled, INT16_MIN, INT16_MAX);
}

/* left: [batches...][rows][depth]; right: [batches...][depth][columns]; both as the steps say;
 * output: [batches...][rows][columns]. */
TM_INLINE void tm_batch_matmul_s16(const tm_batch_matmul_s16_params *params, const int16_t *left,
                                   const int16_t *right, int16_t *output) {
  const tm_batch_matmul_s16_arrays arrays = {left, right, output};
  tm_batch_matmul_walk(params, &arrays, tm_batch_matmul_s16_value);
}

#endif
