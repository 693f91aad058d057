/* ADD_N: the sum of up to eight inputs of one scale, with the zero point 0.
 *
 * Reach: an output element is written when the elements in its place have been read; the output may lie upon any
 * input. */
#ifndef TM_ADD_N_S8_H
#define TM_ADD_N_S8_H

#include "tm_requantize.h"

#define TM_ADD_N_S8_INPUTS 8

typedef struct {
  int32_t size;          /* elements */
  int32_t inputs;        /* 2 to TM_ADD_N_S8_INPUTS */
  int32_t output_offset; /* zero point of the output, -128 to 127 */
  int32_t output_multiplier;
  int32_t output_shift; /* 0 or less */
} tm_add_n_s8_params;

/* Inputs are widened by 2^20 and halved, exactly: their scale is that of the sum twice over. */
#define TM_ADD_N_S8_WIDENING 19

/* inputs: [size] each; those beyond params->inputs are not read. output: [size]. */
TM_INLINE void tm_add_n_s8(const tm_add_n_s8_params *params, const int8_t *input0, const int8_t *input1,
                           const int8_t *input2, const int8_t *input3, const int8_t *input4, const int8_t *input5,
                           const int8_t *input6, const int8_t *input7, int8_t *output) {
  const int8_t *const inputs[TM_ADD_N_S8_INPUTS] = {input0, input1, input2, input3,
                                                    input4, input5, input6, input7};
  for (int32_t i = 0; i < params->size; i++) {
    int32_t sum = 0;
    for (int32_t n = 0; n < params->inputs; n++) sum += inputs[n][i];
    const int32_t scaled =
        tm_requantize(sum * (1 << TM_ADD_N_S8_WIDENING), params->output_multiplier, params->output_shift);
    output[i] = (int8_t)tm_clamp(scaled + params->output_offset, INT8_MIN, INT8_MAX);
  }
}

#endif
