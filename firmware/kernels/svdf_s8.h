/* SVDF with a state of int8; see tm_svdf.h.
 *
 * TFLM clamps a new value before it adds the state's zero point, and then keeps the low 8 bits of the sum.
 *
 * Reach: the outputs of a batch are written when its inputs were read. Output, input and state must not
 * overlap. */
#ifndef TM_SVDF_S8_H
#define TM_SVDF_S8_H

#include "tm_svdf.h"

typedef tm_svdf_params tm_svdf_s8_params;

/* Put the new values of `width` (1 or 4) filters in the places of their oldest. features: [width][inputs];
 * state: [width][memory]. */
TM_INLINE void tm_svdf_s8_renew(const tm_svdf_params *params, const int8_t *input, const int8_t *features,
                                int32_t width, int8_t *state) {
  int32_t values[4];
  tm_svdf_values(params, input, features, width, INT8_MIN, INT8_MAX, values);
  for (int32_t i = 0; i < width; i++) state[i * params->memory] = (int8_t)(params->state_offset + values[i]);
}

/* Move a filter's first value, the new one, behind the others. Returns `sum` and all values weighted by time.
 * times, state: [memory]. */
TM_INLINE uint32_t tm_svdf_s8_filter(const tm_svdf_params *params, const int8_t *times, int8_t *state,
                                     uint32_t sum) {
  const int32_t last = params->memory - 1, offset = params->state_offset;
  const int8_t newest = state[0];
  for (int32_t k = 0; k < last; k++) {
    state[k] = state[k + 1];
    sum += (uint32_t)(times[k] * (state[k] - offset));
  }
  state[last] = newest;
  return sum + (uint32_t)(times[last] * (newest - offset));
}

/* input: [batches][inputs]; features: [units * rank][inputs]; times: [units * rank][memory]; bias: [units];
 * state: [batches][units * rank][memory]; output: [batches][units]. */
TM_INLINE void tm_svdf_s8(const tm_svdf_s8_params *params, const int8_t *input, const int8_t *features,
                          const int8_t *times, const int32_t *bias, int8_t *state, int8_t *output) {
  const int32_t inputs = params->inputs, memory = params->memory, filters = params->units * params->rank;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    int32_t filter = 0;
    for (; filter + 3 < filters; filter += 4) {
      tm_svdf_s8_renew(params, input, features + filter * inputs, 4, state + filter * memory);
    }
    for (; filter < filters; filter++) {
      tm_svdf_s8_renew(params, input, features + filter * inputs, 1, state + filter * memory);
    }
    const int8_t *time = times;
    for (int32_t unit = 0; unit < params->units; unit++) {
      uint32_t sum = (uint32_t)bias[unit];
      for (int32_t r = 0; r < params->rank; r++) {
        sum = tm_svdf_s8_filter(params, time, state, sum);
        time += memory;
        state += memory;
      }
      *output++ = tm_svdf_output(params, sum);
    }
    input += inputs;
  }
}

#endif
