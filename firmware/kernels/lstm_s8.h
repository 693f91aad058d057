/* UNIDIRECTIONAL_SEQUENCE_LSTM of int8, with int16 states of cells; see tm_lstm.h. Sums wrap.
 *
 * Reach: an output is written while all inputs of its step are read again. Output, input and states must not
 * overlap. */
#ifndef TM_LSTM_S8_H
#define TM_LSTM_S8_H

#include "tm_dot_s8.h"
#include "tm_lstm.h"

typedef tm_lstm_params tm_lstm_s8_params;

/* The sums of a gate of `width` (1 or 4) cells from cell i on, in sums[0], sums[TM_LSTM_GATES], ...
 * input: [inputs]; hidden: [cells]. */
TM_INLINE void tm_lstm_s8_gate(const tm_lstm_params *params, const tm_lstm_gate *gate, const int8_t *input,
                               const int8_t *hidden, int32_t i, int32_t width, int32_t *sums) {
  const int32_t inputs = params->inputs, cells = params->cells;
  uint32_t fresh[8], kept[8];
  for (int32_t k = 0; k < width; k++) {
    fresh[k] = (uint32_t)gate->bias[i + k];
    kept[k] = 0;
  }
  tm_dot_block_s8(1, width, input, 0, gate->weights + i * inputs, inputs, inputs, params->input_offset, fresh);
  tm_dot_block_s8(1, width, hidden, 0, gate->recurrent + i * cells, cells, cells, -params->hidden_offset, kept);
  for (int32_t k = 0; k < width; k++) {
    const int32_t from_input = tm_requantize((int32_t)fresh[k], gate->multiplier, gate->shift);
    const int32_t from_hidden = tm_requantize((int32_t)kept[k], gate->recurrent_multiplier, gate->recurrent_shift);
    sums[k * TM_LSTM_GATES] = tm_lstm_clamp(tm_lstm_clamp(from_input) + tm_lstm_clamp(from_hidden));
  }
}

/* `width` (1 or 4) cells from cell i on. cell: [cells]; output: [cells]. */
TM_INLINE void tm_lstm_s8_cells(const tm_lstm_params *params, const tm_lstm_gate *gates, const int8_t *input,
                                const int8_t *hidden, int32_t i, int32_t width, int16_t *cell, int8_t *output) {
  int32_t sums[4 * TM_LSTM_GATES];
  for (int32_t g = 0; g < TM_LSTM_GATES; g++)
    tm_lstm_s8_gate(params, &gates[g], input, hidden, i, width, &sums[g]);
  for (int32_t k = 0; k < width; k++)
    output[i + k] = (int8_t)tm_lstm_cell(params, &sums[k * TM_LSTM_GATES], &cell[i + k], INT8_MIN, INT8_MAX);
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
  const tm_lstm_gate gates[TM_LSTM_GATES] = {TM_LSTM_GATE(params, input), TM_LSTM_GATE(params, forget),
                                             TM_LSTM_GATE(params, cell), TM_LSTM_GATE(params, output)};
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t step = 0; step < params->steps; step++) {
      const int8_t *from = input + batch * params->input_batch_step + step * params->input_step;
      int8_t *to = output + batch * params->output_batch_step + step * params->output_step;
      int32_t i = 0;
      for (; i + 3 < params->cells; i += 4)
        tm_lstm_s8_cells(params, gates, from, hidden_state, i, 4, cell_state, to);
      for (; i < params->cells; i++) tm_lstm_s8_cells(params, gates, from, hidden_state, i, 1, cell_state, to);
      for (int32_t k = 0; k < params->cells; k++) hidden_state[k] = to[k];
    }
    hidden_state += params->cells;
    cell_state += params->cells;
  }
}

#endif
