/* LOGICAL_NOT.
 *
 * Reach: an output element is written when the input element in its place has been read; the output may lie upon
 * the input. */
#ifndef TM_LOGICAL_NOT_U8_H
#define TM_LOGICAL_NOT_U8_H

#include "tm_kernel.h"

typedef struct {
  int32_t size; /* elements */
} tm_logical_not_u8_params;

/* input, output: [size]; outputs are 0 or 1. */
TM_INLINE void tm_logical_not_u8(const tm_logical_not_u8_params *params, const uint8_t *input, uint8_t *output) {
  for (int32_t i = 0; i < params->size; i++) output[i] = !input[i];
}

#endif
