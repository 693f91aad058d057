/* BROADCAST_ARGS: the shape that two shapes broadcast to. Where they do not, TFLM ends; here the first one's
 * number is taken.
 *
 * Reach: the output must not overlap the inputs. */
#ifndef TM_BROADCAST_ARGS_H
#define TM_BROADCAST_ARGS_H

#include <string.h>

#include "tm_kernel.h"

typedef struct {
  int32_t size1; /* numbers of each shape */
  int32_t size2;
  int32_t output_size; /* that of the longer one */
  int32_t bytes;       /* of a number: 4 or 8 */
} tm_broadcast_args_params;

/* Number `i` counted from the last on, as far as 32 bits hold it; 1 in front of the first. */
TM_INLINE int32_t tm_broadcast_args_read(const int8_t *shape, int32_t size, int32_t bytes, int32_t i) {
  int32_t number = 1;
  if (i < size) memcpy(&number, shape + (size - 1 - i) * bytes, 4);
  return number;
}

/* input1: [size1]; input2: [size2]; output: [output_size]. */
TM_INLINE void tm_broadcast_args(const tm_broadcast_args_params *params, const int8_t *input1,
                                 const int8_t *input2, int8_t *output) {
  for (int32_t i = 0; i < params->output_size; i++) {
    const int32_t first = tm_broadcast_args_read(input1, params->size1, params->bytes, i);
    const int32_t second = tm_broadcast_args_read(input2, params->size2, params->bytes, i);
    const int64_t number = first == 1 ? second : first;
    memcpy(output + (params->output_size - 1 - i) * params->bytes, &number, (uint32_t)params->bytes);
  }
}

#endif
