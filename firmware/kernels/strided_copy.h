/* Copy elements of any type whose places in input and output are both sums of steps: TRANSPOSE, slices, splits and
 * whatever else only moves elements.
 *
 * Reach: what is written must not overlap what is read; both may be parts of one array. */
#ifndef TM_STRIDED_COPY_H
#define TM_STRIDED_COPY_H

#include <string.h>

#include "tm_kernel.h"

typedef struct {
  int32_t run;    /* bytes that lie together in both arrays: an element, or several neighbours */
  int32_t size_0; /* loops, the outermost first; those that advance alike are one */
  int32_t size_1;
  int32_t size_2;
  int32_t size_3;
  int32_t size_4;
  int32_t input_step_0; /* bytes between neighbours of loop 0 in the input: below 0 backwards, 0 repeats */
  int32_t input_step_1;
  int32_t input_step_2;
  int32_t input_step_3;
  int32_t input_step_4;
  int32_t output_step_0;
  int32_t output_step_1;
  int32_t output_step_2;
  int32_t output_step_3;
  int32_t output_step_4;
  int32_t input_start; /* where the first run lies, in bytes */
  int32_t output_start;
} tm_strided_copy_params;

/* Copy one run. Elements are moved by a load and a store, without a call. */
TM_INLINE void tm_strided_copy_run(const int8_t *input, int8_t *output, int32_t run) {
  if (run == 1) {
    *output = *input;
  } else if (run == 2) {
    memcpy(output, input, 2);
  } else if (run == 4) {
    memcpy(output, input, 4);
  } else {
    memcpy(output, input, (uint32_t)run);
  }
}

/* input, output: arrays in which every run of the loops lies. */
TM_INLINE void tm_strided_copy(const tm_strided_copy_params *params, const int8_t *input, int8_t *output) {
  input += params->input_start;
  output += params->output_start;
  for (int32_t i0 = 0; i0 < params->size_0; i0++) {
    for (int32_t i1 = 0; i1 < params->size_1; i1++) {
      for (int32_t i2 = 0; i2 < params->size_2; i2++) {
        for (int32_t i3 = 0; i3 < params->size_3; i3++) {
          const int8_t *from = input + i0 * params->input_step_0 + i1 * params->input_step_1 +
                               i2 * params->input_step_2 + i3 * params->input_step_3;
          int8_t *to = output + i0 * params->output_step_0 + i1 * params->output_step_1 +
                       i2 * params->output_step_2 + i3 * params->output_step_3;
          for (int32_t i4 = 0; i4 < params->size_4; i4++) {
            tm_strided_copy_run(from + i4 * params->input_step_4, to + i4 * params->output_step_4, params->run);
          }
        }
      }
    }
  }
}

#endif
