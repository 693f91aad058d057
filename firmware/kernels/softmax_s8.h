/* SOFTMAX over the last dimension, output scale 1/256 and zero point -128.
 *
 * Reach: a row's outputs are written when the row has been read but for the element in the output's own place, so
 * the output may lie upon the input. */
#ifndef TM_SOFTMAX_S8_H
#define TM_SOFTMAX_S8_H

#include "tm_softmax.h"

typedef tm_softmax_params tm_softmax_s8_params;

/* input, output: [rows][depth]; exps: [exp_size], see tm_softmax.h. */
TM_INLINE void tm_softmax_s8(const tm_softmax_s8_params *params, const int8_t *input, const int32_t *exps,
                             int8_t *output) {
  for (int32_t i = 0; i < params->rows; i++) {
    const tm_softmax_row row = tm_softmax_row_of(params, input, exps);
    for (int32_t k = 0; k < params->depth; k++) {
      output[k] = (int8_t)tm_min(tm_softmax_share(params, row, exps, input[k], 8) - 128, INT8_MAX);
    }
    input += params->depth;
    output += params->depth;
  }
}

#endif
