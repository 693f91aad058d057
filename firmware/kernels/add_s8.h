/* ADD, also with broadcasting: both inputs are brought to one scale, added, and brought to the output's.
 *
 * Reach: an output element is written when the elements that it comes from have been read, and no later output
 * reads an element of an input without broadcasting again; the output may lie upon such an input. */
#ifndef TM_ADD_S8_H
#define TM_ADD_S8_H

#include "tm_requantize.h"

typedef struct {
  int32_t size_0; /* the output's dimensions, the outermost first; neighbours that broadcast alike are one */
  int32_t size_1;
  int32_t size_2;
  int32_t size_3;
  int32_t input1_step_0; /* elements between neighbours of dimension 0 in input1; 0 where it is broadcast */
  int32_t input1_step_1;
  int32_t input1_step_2;
  int32_t input1_step_3;
  int32_t input2_step_0;
  int32_t input2_step_1;
  int32_t input2_step_2;
  int32_t input2_step_3;
  int32_t input1_offset; /* -zero point of input1, -127 to 128 */
  int32_t input2_offset;
  int32_t output_offset; /* zero point of the output, -128 to 127 */
  int32_t output_multiplier;
  int32_t output_shift;      /* 0 or less */
  int32_t activation_min;    /* -128 to 127 */
  int32_t activation_max;    /* activation_min to 127 */
  int32_t input1_multiplier; /* input1 to twice the larger of both scales; ranges as tm_requantize has them */
  int32_t input1_shift;      /* 0 or less */
  int32_t input2_multiplier;
  int32_t input2_shift;
} tm_add_s8_params;

/* Inputs are widened by 2^20 before they are scaled, so that the scaling's rounding does not show. */
#define TM_ADD_S8_LEFT_SHIFT 20

TM_INLINE int8_t tm_add_s8_element(const tm_add_s8_params *params, int32_t a, int32_t b) {
  const int32_t one = 1 << TM_ADD_S8_LEFT_SHIFT;
  const int32_t scaled_a =
      tm_requantize((a + params->input1_offset) * one, params->input1_multiplier, params->input1_shift);
  const int32_t scaled_b =
      tm_requantize((b + params->input2_offset) * one, params->input2_multiplier, params->input2_shift);
  const int32_t sum = tm_requantize(scaled_a + scaled_b, params->output_multiplier, params->output_shift);
  return (int8_t)tm_clamp(sum + params->output_offset, params->activation_min, params->activation_max);
}

/* input1, input2: as the steps say; output: [size_0][size_1][size_2][size_3]. */
TM_INLINE void tm_add_s8(const tm_add_s8_params *params, const int8_t *input1, const int8_t *input2,
                         int8_t *output) {
  for (int32_t i0 = 0; i0 < params->size_0; i0++) {
    for (int32_t i1 = 0; i1 < params->size_1; i1++) {
      for (int32_t i2 = 0; i2 < params->size_2; i2++) {
        const int8_t *a =
            input1 + i0 * params->input1_step_0 + i1 * params->input1_step_1 + i2 * params->input1_step_2;
        const int8_t *b =
            input2 + i0 * params->input2_step_0 + i1 * params->input2_step_1 + i2 * params->input2_step_2;
        for (int32_t i3 = 0; i3 < params->size_3; i3++) {
          *output++ = tm_add_s8_element(params, a[i3 * params->input1_step_3], b[i3 * params->input2_step_3]);
        }
      }
    }
  }
}

#endif
