/* UNIDIRECTIONAL_SEQUENCE_LSTM of int8, with int16 states of cells; see tm_lstm.h. Sums wrap.
 *
 * Reach: an output is written while all inputs of its step are read again. Output, input and states must not
 * overlap. */
#ifndef TM_LSTM_S8_H
#define TM_LSTM_S8_H

#include "tm_dot_s8.h"
#include "tm_lstm.h"

typedef tm_lstm_params tm_lstm_s8_params;

/* The sum of a gate of cell i. input: [inputs]; hidden: [cells]. */
TM_INLINE int32_t tm_lstm_s8_gate(const tm_lstm_params *params, const tm_lstm_gate *gate, const int8_t *input,
                                  const int8_t *hidden, int32_t i) {
  const int32_t inputs = params->inputs, cells = params->cells;
  const uint32_t new_sum =
      tm_dot_s8(input, gate->weights + i * inputs, inputs, params->input_offset, (uint32_t)gate->bias[i]);
  const uint32_t old_sum = tm_dot_s8(hidden, gate->recurrent + i * cells, cells, -params->hidden_offset, 0);
  const int32_t from_input = tm_lstm_clamp(tm_requantize((int32_t)new_sum, gate->multiplier, gate->shift));
  const int32_t from_hidden =
      tm_lstm_clamp(tm_requantize((int32_t)old_sum, gate->recurrent_multiplier, gate->recurrent_shift));
  return tm_lstm_clamp(from_input + from_hidden);
}

/* input: [batches][steps][inputs] or [steps][batches][inputs], as the steps say; weights: [cells][inputs] and, the
 * recurrent ones, [cells][cells], by gate; bias: [cells], by gate;
 * hidden_state, cell_state: [batches][cells]; output: as the input, of cells. */
TM_INLINE void tm_lstm_s8(const tm_lstm_s8_params *params, const int8_t *input, const int8_t *input_weights,
                          const int8_t *forget_weights, const int8_t *cell_weights, const int8_t *output_weights,
                          const int8_t *input_recurrent, const int8_t *forget_recurrent,
                          const int8_t *cell_recurrent, const int8_t *output_recurrent, const int32_t *input_bias,
                          const int32_t *forget_bias, const int32_t *cell_bias, const int32_t *output_bias,
                          int8_t *hidden_state, int16_t *cell_state, int8_t *output) {
  const tm_lstm_gate input_gate = TM_LSTM_GATE(params, input), forget_gate = TM_LSTM_GATE(params, forget);
  const tm_lstm_gate cell_gate = TM_LSTM_GATE(params, cell), output_gate = TM_LSTM_GATE(params, output);
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t step = 0; step < params->steps; step++) {
      const int8_t *from = input + batch * params->input_batch_step + step * params->input_step;
      int8_t *to = output + batch * params->output_batch_step + step * params->output_step;
      for (int32_t i = 0; i < params->cells; i++) {
        to[i] = (int8_t)tm_lstm_cell(params, tm_lstm_s8_gate(params, &input_gate, from, hidden_state, i),
                                     tm_lstm_s8_gate(params, &forget_gate, from, hidden_state, i),
                                     tm_lstm_s8_gate(params, &cell_gate, from, hidden_state, i),
                                     tm_lstm_s8_gate(params, &output_gate, from, hidden_state, i), &cell_state[i],
                                     INT8_MIN, INT8_MAX);
      }
      for (int32_t i = 0; i < params->cells; i++) hidden_state[i] = to[i];
    }
    hidden_state += params->cells;
    cell_state += params->cells;
  }
}

#endif
