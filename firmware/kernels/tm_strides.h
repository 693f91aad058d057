/* Copying elements of any type between places that are sums of steps. */
#ifndef TM_STRIDES_H
#define TM_STRIDES_H

#include <string.h>

#include "tm_kernel.h"

#define TM_STRIDES_LOOPS 5

typedef struct {
  int32_t run;                    /* bytes that lie together in both arrays: an element, or several neighbours */
  int32_t size[TM_STRIDES_LOOPS]; /* the outermost first */
  int32_t input_step[TM_STRIDES_LOOPS];  /* bytes between neighbours in the input: below 0 backwards, 0 repeats */
  int32_t output_step[TM_STRIDES_LOOPS]; /* the same in the output */
} tm_strides;

/* Copy one run. Elements are moved by a load and a store, without a call. */
TM_INLINE void tm_run_copy(const int8_t *input, int8_t *output, int32_t run) {
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

/* input, output: where the first run lies, in arrays in which every run of the loops does. */
TM_INLINE void tm_strides_copy(const tm_strides *strides, const int8_t *input, int8_t *output) {
  const int32_t *size = strides->size, *in = strides->input_step, *out = strides->output_step;
  for (int32_t i0 = 0; i0 < size[0]; i0++) {
    for (int32_t i1 = 0; i1 < size[1]; i1++) {
      for (int32_t i2 = 0; i2 < size[2]; i2++) {
        for (int32_t i3 = 0; i3 < size[3]; i3++) {
          const int8_t *from = input + i0 * in[0] + i1 * in[1] + i2 * in[2] + i3 * in[3];
          int8_t *to = output + i0 * out[0] + i1 * out[1] + i2 * out[2] + i3 * out[3];
          for (int32_t i4 = 0; i4 < size[4]; i4++) tm_run_copy(from + i4 * in[4], to + i4 * out[4], strides->run);
        }
      }
    }
  }
}

#endif
