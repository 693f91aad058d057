/* UNIDIRECTIONAL_SEQUENCE_LSTM of int16, with int8 weights; see tm_lstm.h. Sums have 64 bits and stay below 2^47.
 *
 * Reach: an output is written while all inputs of its step are read again. Output, input and states must not
 * overlap. */
#ifndef TM_LSTM_S16_H
#define TM_LSTM_S16_H

#include "tm_lstm.h"

typedef tm_lstm_params tm_lstm_s16_params;

/* x * multiplier * 2^(shift - 15), rounded, of which the low 32 bits are kept. Range: x below 2^47, multiplier 0
 * to 32767, shift -31 to 7. */
TM_INLINE int32_t tm_lstm_s16_scaled(int64_t x, int32_t multiplier, int32_t shift) {
  return (int32_t)((x * multiplier + ((int64_t)1 << (14 - shift))) >> (15 - shift));
}

TM_INLINE int64_t tm_lstm_s16_dot(const int16_t *x, const int8_t *w, int32_t length, int64_t sum) {
  for (int32_t k = 0; k < length; k++) sum += x[k] * w[k];
  return sum;
}

/* The sum of a gate of cell i. input: [inputs]; hidden: [cells]. */
TM_INLINE int32_t tm_lstm_s16_gate(const tm_lstm_params *params, const tm_lstm_gate *gate, const int16_t *input,
                                   const int16_t *hidden, int32_t i) {
  const int32_t inputs = params->inputs, cells = params->cells;
  const uint64_t low = (uint32_t)gate->bias[2 * i], high = (uint32_t)gate->bias[2 * i + 1];
  const int64_t new_sum = tm_lstm_s16_dot(input, gate->weights + i * inputs, inputs, (int64_t)(high << 32 | low));
  const int64_t old_sum = tm_lstm_s16_dot(hidden, gate->recurrent + i * cells, cells, 0);
  const int32_t from_input = tm_lstm_clamp(tm_lstm_s16_scaled(new_sum, gate->multiplier, gate->shift));
  const int32_t from_hidden =
      tm_lstm_clamp(tm_lstm_s16_scaled(old_sum, gate->recurrent_multiplier, gate->recurrent_shift));
  return tm_lstm_clamp(from_input + from_hidden);
}

/* input: [batches][steps][inputs] or [steps][batches][inputs], as the steps say; weights: [cells][inputs] and, the
 * recurrent ones, [cells][cells], by gate; bias: [cells][2], by gate: the low and the high half of 64 bits, which
 * files keep at any multiple of 4 bytes; hidden_state, cell_state: [batches][cells]; output: as the input, of
 * cells. */
TM_INLINE void tm_lstm_s16(const tm_lstm_s16_params *params, const int16_t *input, const int8_t *input_weights,
                           const int8_t *forget_weights, const int8_t *cell_weights, const int8_t *output_weights,
                           const int8_t *input_recurrent, const int8_t *forget_recurrent,
                           const int8_t *cell_recurrent, const int8_t *output_recurrent, const int32_t *input_bias,
                           const int32_t *forget_bias, const int32_t *cell_bias, const int32_t *output_bias,
                           int16_t *hidden_state, int16_t *cell_state, int16_t *output) {
  const tm_lstm_gate gates[TM_LSTM_GATES] = {TM_LSTM_GATE(params, input), TM_LSTM_GATE(params, forget),
                                             TM_LSTM_GATE(params, cell), TM_LSTM_GATE(params, output)};
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t step = 0; step < params->steps; step++) {
      const int16_t *from = input + batch * params->input_batch_step + step * params->input_step;
      int16_t *to = output + batch * params->output_batch_step + step * params->output_step;
      for (int32_t i = 0; i < params->cells; i++) {
        int32_t sums[TM_LSTM_GATES];
        for (int32_t g = 0; g < TM_LSTM_GATES; g++)
          sums[g] = tm_lstm_s16_gate(params, &gates[g], from, hidden_state, i);
        to[i] = (int16_t)tm_lstm_cell(params, sums, &cell_state[i], INT16_MIN, INT16_MAX);
      }
      for (int32_t k = 0; k < params->cells; k++) hidden_state[k] = to[k];
    }
    hidden_state += params->cells;
    cell_state += params->cells;
  }
}

#endif
