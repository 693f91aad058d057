/* Copy runs of bytes that indices choose, which are known only when the model runs: GATHER, GATHER_ND and
 * EMBEDDING_LOOKUP.
 *
 * TFLM reads outside the input where an index is out of range, or fails; here the nearest run is taken.
 *
 * Reach: the output must not overlap the input or the indices. */
#ifndef TM_GATHER_H
#define TM_GATHER_H

#include "tm_strides.h"

typedef struct {
  int32_t batches; /* each has its own indices */
  int32_t outer;   /* blocks of a batch, which share its indices */
  int32_t block;   /* runs of a block of the input */
  int32_t picks;   /* runs of a block of the output */
  int32_t depth;   /* indices that choose a run together, 1 to 5 */
  int32_t
      step_0; /* runs between neighbours of the dimension that the first of them counts; 0 for one that is not */
  int32_t step_1;
  int32_t step_2;
  int32_t step_3;
  int32_t step_4;
  int32_t run; /* bytes */
} tm_gather_params;

/* The run of a block that `depth` indices choose. */
TM_INLINE int32_t tm_gather_place(const tm_gather_params *params, const int32_t *indices) {
  const int32_t steps[] = {params->step_0, params->step_1, params->step_2, params->step_3, params->step_4};
  uint32_t place = 0; /* an index out of range may wrap */
  for (int32_t i = 0; i < params->depth; i++) place += (uint32_t)indices[i] * (uint32_t)steps[i];
  return tm_clamp((int32_t)place, 0, params->block - 1);
}

/* input: [batches][outer][block][run]; indices: [batches][picks][depth]; output: [batches][outer][picks][run]. */
TM_INLINE void tm_gather(const tm_gather_params *params, const int8_t *input, const int32_t *indices,
                         int8_t *output) {
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t outer = 0; outer < params->outer; outer++) {
      for (int32_t pick = 0; pick < params->picks; pick++) {
        const int32_t place = tm_gather_place(params, indices + pick * params->depth);
        tm_run_copy(input + place * params->run, output, params->run);
        output += params->run;
      }
      input += params->block * params->run;
    }
    indices += params->picks * params->depth;
  }
}

#endif
