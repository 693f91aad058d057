/* Any function of one 8-bit value (LOGISTIC, RELU, RELU6, QUANTIZE between 8-bit types): a table.
 *
 * The table is computed exactly on the host. 256 bytes of flash are less than the code of most of these functions,
 * and a load is faster than any of them.
 *
 * Reach: an output element is written when the input element in its place has been read and none before it is read
 * again; the output may lie upon the input. */
#ifndef TM_LOOKUP_S8_H
#define TM_LOOKUP_S8_H

#include "tm_kernel.h"

typedef struct {
  int32_t size; /* elements */
} tm_lookup_s8_params;

/* input: [size], int8 or uint8; table: [256], by the input's byte taken as unsigned; output: [size]. */
TM_INLINE void tm_lookup_s8(const tm_lookup_s8_params *params, const int8_t *input, const int8_t *table,
                            int8_t *output) {
  for (int32_t i = 0; i < params->size; i++) output[i] = table[(uint8_t)input[i]];
}

#endif
