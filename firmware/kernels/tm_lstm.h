/* UNIDIRECTIONAL_SEQUENCE_LSTM: what cells do with the sums of their gates.
 *
 * A cell has four gates. Each sums the weighted inputs of a time step and a bias, and the weighted hidden state of
 * the step before, in steps of 2^-12. The cell's state and hidden state are kept from one inference to the next.
 */
#ifndef TM_LSTM_H
#define TM_LSTM_H

#include "tm_requantize.h"
#include "tm_sigmoid.h"

#define TM_LSTM_GATES 4 /* input, forget, cell, output */

typedef struct {
  int32_t batches;
  int32_t steps;             /* of time */
  int32_t inputs;            /* of a step */
  int32_t cells;             /* outputs of a step */
  int32_t input_batch_step;  /* elements from one batch to the next */
  int32_t input_step;        /* elements from one step to the next */
  int32_t output_batch_step; /* as those of the input */
  int32_t output_step;
  int32_t input_offset;          /* -zero point of the input, -127 to 128; 0 for int16 */
  int32_t hidden_offset;         /* zero point of the hidden state, -128 to 127; 0 for int16 */
  int32_t input_gate_multiplier; /* from the sum of inputs; for int16 of 15 bits */
  int32_t input_gate_shift;
  int32_t input_gate_recurrent_multiplier; /* from the sum of the hidden state */
  int32_t input_gate_recurrent_shift;
  int32_t forget_gate_multiplier;
  int32_t forget_gate_shift;
  int32_t forget_gate_recurrent_multiplier;
  int32_t forget_gate_recurrent_shift;
  int32_t cell_gate_multiplier;
  int32_t cell_gate_shift;
  int32_t cell_gate_recurrent_multiplier;
  int32_t cell_gate_recurrent_shift;
  int32_t output_gate_multiplier;
  int32_t output_gate_shift;
  int32_t output_gate_recurrent_multiplier;
  int32_t output_gate_recurrent_shift;
  int32_t cell_shift;      /* from steps of 2^-30 to half of those of the cell's state; -31 to 0 */
  int32_t cell_clip;       /* 0 to 32767: the cell's state stays from -cell_clip on up to it; -1: all of int16 */
  int32_t tanh_multiplier; /* 3 to 49152: the cell's state to steps of tm_sigmoid's table, */
  int32_t tanh_shift;      /* of which so many bits are cut off; 0 to 17 */
  int32_t hidden_multiplier;
  int32_t hidden_shift;
} tm_lstm_params;

/* What a gate is made of. */
typedef struct {
  const int8_t *weights;   /* [cells][inputs] */
  const int8_t *recurrent; /* [cells][cells] */
  const int32_t *bias;
  int32_t multiplier;
  int32_t shift;
  int32_t recurrent_multiplier;
  int32_t recurrent_shift;
} tm_lstm_gate;

TM_INLINE int32_t tm_lstm_clamp(int32_t x) { return tm_clamp(x, INT16_MIN, INT16_MAX); }

/* 1 / (1 + exp(-x)) in steps of 2^-15, of x in steps of 2^-12. */
TM_INLINE int32_t tm_lstm_logistic(int32_t x) {
  const int32_t result = tm_sigmoid(3 * (x < 0 ? -x : x), 9, 0x7FFF << 10);
  return ((x < 0 ? (1 << 25) - 1 - result : result) + (1 << 9)) >> 10;
}

/* tanh(x) in steps of 2^-15, of x in steps of 2^-12 / 3. */
TM_INLINE int32_t tm_lstm_tanh(int32_t x) {
  const int32_t result = tm_sigmoid(x < 0 ? -x : x, 8, 0xFFFF << 8) - (1 << 23);
  return ((x < 0 ? -result - 1 : result) + (1 << 7)) >> 8;
}

/* Give a cell its new state, from the sums of its gates. Returns its hidden state, from `low` to `high`. */
TM_INLINE int32_t tm_lstm_cell(const tm_lstm_params *params, const int32_t sums[TM_LSTM_GATES], int16_t *cell,
                               int32_t low, int32_t high) {
  const int32_t input = sums[0], forget = sums[1], candidate = sums[2], output = sums[3];
  const int32_t kept = tm_requantize_right(tm_lstm_logistic(forget) * *cell, 1 << 30, -14);
  const int32_t added =
      tm_requantize(tm_lstm_logistic(input) * tm_lstm_tanh(3 * candidate), 1 << 30, params->cell_shift);
  int32_t state = tm_lstm_clamp(kept + tm_lstm_clamp(added));
  if (params->cell_clip >= 0) state = tm_clamp(state, -params->cell_clip, params->cell_clip);
  *cell = (int16_t)state;
  const int32_t half = params->tanh_shift > 0 ? 1 << (params->tanh_shift - 1) : 0;
  const int32_t bent = tm_lstm_tanh((state * params->tanh_multiplier + half) >> params->tanh_shift);
  const int32_t hidden =
      tm_requantize(bent * tm_lstm_logistic(output), params->hidden_multiplier, params->hidden_shift);
  return tm_clamp(tm_wrapping_add(hidden, params->hidden_offset), low, high);
}

/* An initializer: gate `gate` of a kernel's arguments. */
#define TM_LSTM_GATE(params, gate)                                                                                \
  {                                                                                                               \
    gate##_weights, gate##_recurrent, gate##_bias, (params)->gate##_gate_multiplier, (params)->gate##_gate_shift, \
        (params)->gate##_gate_recurrent_multiplier, (params)->gate##_gate_recurrent_shift                         \
  }

#endif
