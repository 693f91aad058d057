/* SOFTMAX over the last dimension from int8 to int16, output scale 1/65536 and zero point -32768.
 *
 * Reach: the output must not overlap the input. */
#ifndef TM_SOFTMAX_S8_S16_H
#define TM_SOFTMAX_S8_S16_H

#include "tm_softmax.h"

typedef tm_softmax_params tm_softmax_s8_s16_params;

/* input, output: [rows][depth]; exps: [exp_size], see tm_softmax.h. */
TM_INLINE void tm_softmax_s8_s16(const tm_softmax_s8_s16_params *params, const int8_t *input, const int32_t *exps,
                                 int16_t *output) {
  TM_HIDE_ORIGIN(output);
  for (int32_t i = 0; i < params->rows; i++) {
    const tm_softmax_row row = tm_softmax_row_of(params, input, exps);
    for (int32_t k = 0; k < params->depth; k++) {
      output[k] = (int16_t)tm_min(tm_softmax_share(params, row, exps, input[k], 16) - 32768, INT16_MAX);
    }
    input += params->depth;
    output += params->depth;
  }
}

#endif
