/* MAX_POOL_2D: the largest of the inputs under the window.
 *
 * Reach: without padding, output element i is written when every input element that is read later has an index
 * above i, so the output may lie upon the input. With padding it must not overlap the input.
 *
 * Specialised for layers: dsp. */
#ifndef TM_MAX_POOL2D_S8_H
#define TM_MAX_POOL2D_S8_H

#include "tm_pool.h"

typedef tm_pool_params tm_max_pool2d_s8_params;

/* input: [batches][input_height][input_width][channels], at least one of them under each window;
 * output: [batches][output_height][output_width][channels]. */
TM_INLINE void tm_max_pool2d_s8(const tm_max_pool2d_s8_params *params, const int8_t *input, int8_t *output) {
  tm_pool(params, input, output, 8, tm_pool_max);
}

#endif
