/* DYNAMIC_UPDATE_SLICE: the input, with a box of it replaced. Where the box begins is known only when the model
 * runs; it is moved as far as it must be to lie inside.
 *
 * Reach: the output must not overlap the inputs. */
#ifndef TM_DYNAMIC_UPDATE_SLICE_H
#define TM_DYNAMIC_UPDATE_SLICE_H

#include "tm_strides.h"

typedef struct {
  int32_t input_size;  /* bytes */
  int32_t start_bytes; /* of each number that tells where the box begins: 4 or 8 */
  int32_t run;         /* bytes that lie together in box and output: the innermost dimension of the box */
  int32_t size_0;      /* the box, without its innermost dimension */
  int32_t size_1;
  int32_t size_2;
  int32_t size_3;
  int32_t size_4;
  int32_t most_0; /* the last place where the box can begin in each dimension of the input */
  int32_t most_1;
  int32_t most_2;
  int32_t most_3;
  int32_t most_4;
  int32_t most_5;
  int32_t step_0; /* bytes between neighbours of each dimension of the input */
  int32_t step_1;
  int32_t step_2;
  int32_t step_3;
  int32_t step_4;
  int32_t step_5;
  int32_t first; /* dimensions, of six, that the input does not have; they come first */
} tm_dynamic_update_slice_params;

/* Where the box begins along a dimension, in bytes. */
TM_INLINE int32_t tm_dynamic_update_slice_start(const tm_dynamic_update_slice_params *params, const int8_t *starts,
                                                int32_t dimension, int32_t most, int32_t step) {
  if (dimension < params->first) return 0;
  int32_t words[2];
  memcpy(words, starts + (dimension - params->first) * params->start_bytes, (uint32_t)params->start_bytes);
  if (params->start_bytes == 4 || words[1] == words[0] >> 31) return tm_clamp(words[0], 0, most) * step;
  return words[1] < 0 ? 0 : most * step; /* beyond 32 bits */
}

/* input, output: [input_size]; update: [size_0][size_1][size_2][size_3][size_4][run]; starts: a number for each
 * dimension of the input. */
TM_INLINE void tm_dynamic_update_slice(const tm_dynamic_update_slice_params *params, const int8_t *input,
                                       const int8_t *update, const int8_t *starts, int8_t *output) {
  const int32_t run_3 = params->size_4 * params->run, run_2 = params->size_3 * run_3;
  const int32_t run_1 = params->size_2 * run_2, run_0 = params->size_1 * run_1;
  const tm_strides box = {
      .run = params->run,
      .size = {params->size_0, params->size_1, params->size_2, params->size_3, params->size_4},
      .input_step = {run_0, run_1, run_2, run_3, params->run},
      .output_step = {params->step_0, params->step_1, params->step_2, params->step_3, params->step_4},
  };
  const int32_t start = tm_dynamic_update_slice_start(params, starts, 0, params->most_0, params->step_0) +
                        tm_dynamic_update_slice_start(params, starts, 1, params->most_1, params->step_1) +
                        tm_dynamic_update_slice_start(params, starts, 2, params->most_2, params->step_2) +
                        tm_dynamic_update_slice_start(params, starts, 3, params->most_3, params->step_3) +
                        tm_dynamic_update_slice_start(params, starts, 4, params->most_4, params->step_4) +
                        tm_dynamic_update_slice_start(params, starts, 5, params->most_5, params->step_5);
  memcpy(output, input, (uint32_t)params->input_size);
  tm_strides_copy(&box, update, output + start);
}

#endif
