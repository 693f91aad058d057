/* MEAN and SUM over some dimensions, requantized to the output's scale.
 *
 * Reach: output element i is written when every input element that is read later has an index above i, so the
 * output may lie upon the input.
 *
 * Specialised for layers: dsp. */
#ifndef TM_MEAN_S8_H
#define TM_MEAN_S8_H

#include "tm_reduce.h"
#include "tm_requantize.h"

typedef struct {
  int32_t kept_0; /* dimensions that stay, the outermost first; neighbours are merged */
  int32_t kept_1;
  int32_t kept_step_0; /* elements between neighbours of the dimension in the input */
  int32_t kept_step_1;
  int32_t reduced_0; /* dimensions that the sum runs over */
  int32_t reduced_1;
  int32_t reduced_step_0;
  int32_t reduced_step_1;
  int32_t input_offset;  /* -zero point of the input * number of elements of a sum */
  int32_t multiplier;    /* sum to output; 0 to 2^31 - 1 */
  int32_t shift;         /* -31 to 30 */
  int32_t output_offset; /* zero point of the output, -128 to 127 */
} tm_mean_s8_params;

static inline int32_t tm_mean_s8_add(int32_t sum, int32_t element) { return sum + element; }

/* input: as the steps say, at most 2^23 elements a sum; output: [kept_0][kept_1]. */
TM_INLINE void tm_mean_s8(const tm_mean_s8_params *params, const int8_t *input, int8_t *output) {
  const tm_reduced reduced = {params->reduced_0, params->reduced_1, params->reduced_step_0,
                              params->reduced_step_1};
  for (int32_t k0 = 0; k0 < params->kept_0; k0++) {
    for (int32_t k1 = 0; k1 < params->kept_1; k1++) {
      const int8_t *first = input + k0 * params->kept_step_0 + k1 * params->kept_step_1;
      const int32_t sum = tm_reduce_s8(reduced, first, 0, tm_mean_s8_add);
      const int32_t scaled = tm_requantize(sum + params->input_offset, params->multiplier, params->shift);
      *output++ = (int8_t)tm_clamp(tm_wrapping_add(scaled, params->output_offset), INT8_MIN, INT8_MAX);
    }
  }
}

#endif
