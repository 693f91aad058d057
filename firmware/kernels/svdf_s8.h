/* SVDF with a state of int8; see tm_svdf.h.
 *
 * TFLM clamps a new value before it adds the state's zero point, and then keeps the low 8 bits of the sum.
 *
 * Reach: an output is written while all inputs of its batch are read again. Output, input and state must not
 * overlap. */
#ifndef TM_SVDF_S8_H
#define TM_SVDF_S8_H

#include "tm_svdf.h"

typedef tm_svdf_params tm_svdf_s8_params;

/* input: [batches][inputs]; features: [units * rank][inputs]; times: [units * rank][memory]; bias: [units];
 * state: [batches][units * rank][memory]; output: [batches][units]. */
TM_INLINE void tm_svdf_s8(const tm_svdf_s8_params *params, const int8_t *input, const int8_t *features,
                          const int8_t *times, const int32_t *bias, int8_t *state, int8_t *output) {
  const int32_t last = params->memory - 1, offset = params->state_offset;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    const int8_t *feature = features;
    const int8_t *time = times;
    for (int32_t unit = 0; unit < params->units; unit++) {
      uint32_t sum = (uint32_t)bias[unit];
      for (int32_t r = 0; r < params->rank; r++) {
        for (int32_t k = 0; k < last; k++) {
          state[k] = state[k + 1];
          sum += (uint32_t)(time[k] * (state[k] - offset));
        }
        state[last] = (int8_t)(offset + tm_svdf_value(params, input, feature, INT8_MIN, INT8_MAX));
        sum += (uint32_t)(time[last] * (state[last] - offset));
        feature += params->inputs;
        time += params->memory;
        state += params->memory;
      }
      *output++ = tm_svdf_output(params, sum);
    }
    input += params->inputs;
  }
}

#endif
