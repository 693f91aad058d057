/* Copy elements of any type whose places in input and output are both sums of steps: TRANSPOSE, slices, splits and
 * whatever else only moves elements.
 *
 * Reach: what is written must not overlap what is read; both may be parts of one array. */
#ifndef TM_STRIDED_COPY_H
#define TM_STRIDED_COPY_H

#include "tm_strides.h"

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

/* input, output: arrays in which every run of the loops lies. */
TM_INLINE void tm_strided_copy(const tm_strided_copy_params *params, const int8_t *input, int8_t *output) {
  const tm_strides strides = {
      .run = params->run,
      .size = {params->size_0, params->size_1, params->size_2, params->size_3, params->size_4},
      .input_step = {params->input_step_0, params->input_step_1, params->input_step_2, params->input_step_3,
                     params->input_step_4},
      .output_step = {params->output_step_0, params->output_step_1, params->output_step_2, params->output_step_3,
                      params->output_step_4},
  };
  tm_strides_copy(&strides, input + params->input_start, output + params->output_start);
}

#endif
