/* UNIDIRECTIONAL_SEQUENCE_LSTM; see tinyml/ops/unidirectional_sequence_lstm.py. */
#include "lstm_s16.h"
#include "lstm_s8.h"
#include "tm_state.h"

#define TM_GATES 4 /* input, forget, cell, output */

/* Places among the inputs; of gates the first. */
enum {
  TM_AT_WEIGHTS = 1,
  TM_AT_RECURRENT = 5,
  TM_AT_BIAS = 12,
  TM_AT_HIDDEN = 18,
  TM_AT_CELL = 19,
  TM_INPUTS = 24
};
#define TM_ABSENT 0xF30E00u /* peephole weights, projection, layer normalization: a bit for each place */

#define TM_MOST_WIDE_SHIFT 7
#define TM_MOST_DEPTH                                                                       \
  (1 << 24) /* which keeps sums of int16 below 2^47, as does this of the bias's upper half: \
             */
#define TM_MOST_BIAS_HIGH (1 << 14)

typedef struct {
  tm_lstm_params params;
  const void *input;
  const int8_t *weights[TM_GATES];
  const int8_t *recurrent[TM_GATES];
  const int32_t *bias[TM_GATES];
  void *hidden;
  int16_t *cell;
  void *output;
} lstm_call;

static void run_s8(const void *data) {
  const lstm_call *call = data;
  const int8_t *const *w = call->weights, *const *r = call->recurrent;
  const int32_t *const *b = call->bias;
  tm_lstm_s8(&call->params, call->input, w[0], w[1], w[2], w[3], r[0], r[1], r[2], r[3], b[0], b[1], b[2], b[3],
             call->hidden, call->cell, call->output);
}

static void run_s16(const void *data) {
  const lstm_call *call = data;
  const int8_t *const *w = call->weights, *const *r = call->recurrent;
  const int32_t *const *b = call->bias;
  tm_lstm_s16(&call->params, call->input, w[0], w[1], w[2], w[3], r[0], r[1], r[2], r[3], b[0], b[1], b[2], b[3],
              call->hidden, call->cell, call->output);
}

typedef struct {
  tm_tensor source;
  tm_tensor hidden;
  tm_tensor cell;
  tm_tensor output;
  lstm_call call;
} lstm;

static TM_COLD bool is_wide(const lstm *read) { return read->source.type == TM_INT16; }

static TM_COLD bool is_symmetric(const tm_tensor *tensor) {
  return tensor->scales.length == 1 && tensor->zero_point == 0;
}

/* Whether a tensor of inputs, outputs or the hidden state has the type of the operator and fitting zero points. */
static TM_COLD bool is_activation(const lstm *read, const tm_tensor *tensor) {
  return tensor->type == read->source.type && (is_wide(read) ? is_symmetric(tensor) : tm_is_int8(tensor));
}

static TM_COLD bool has_shape(const tm_tensor *tensor, int32_t rows, int32_t columns) {
  return tensor->rank == 2 && tensor->shape[0] == rows && tensor->shape[1] == columns;
}

static TM_COLD bool types_fit(const lstm *read) {
  const tm_tensor *source = &read->source, *hidden = &read->hidden, *output = &read->output;
  return (source->type == TM_INT8 || is_wide(read)) && is_activation(read, source) &&
         is_activation(read, hidden) && is_activation(read, output) &&
         tm_is_same(&hidden->scale, &output->scale, sizeof(float)) && hidden->zero_point == output->zero_point &&
         read->cell.type == TM_INT16 && is_symmetric(&read->cell);
}

/* Find the sizes and the elements between batches and time steps. */
static TM_COLD bool steps_find(lstm *read, bool time_major) {
  const tm_tensor *source = &read->source, *output = &read->output;
  tm_lstm_params *params = &read->call.params;
  const int32_t inputs = source->shape[2], cells = read->hidden.shape[1];
  const int32_t batches = source->shape[time_major ? 1 : 0], steps = source->shape[time_major ? 0 : 1];
  const int32_t by_batch = time_major ? 1 : steps, by_step = time_major ? batches : 1;
  params->batches = batches;
  params->steps = steps;
  params->inputs = inputs;
  params->cells = cells;
  params->input_batch_step = by_batch * inputs;
  params->input_step = by_step * inputs;
  params->output_batch_step = by_batch * cells;
  params->output_step = by_step * cells;
  params->input_offset = -source->zero_point;
  params->hidden_offset = read->hidden.zero_point;
  return source->rank == 3 && output->rank == 3 && has_shape(&read->hidden, batches, cells) &&
         has_shape(&read->cell, batches, cells) && output->shape[0] == source->shape[0] &&
         output->shape[1] == source->shape[1] && output->shape[2] == cells;
}

/* Read weights of a gate and the factor from sums with them. */
static TM_COLD const int8_t *weights_read(tm_interpreter *model, const lstm *read, uint32_t position,
                                          const tm_tensor *source, int32_t depth, tm_factor *factor) {
  tm_tensor weights;
  if (!tm_input(model, position, &weights) ||
      !tm_require(model, weights.type == TM_INT8 && weights.is_constant && is_symmetric(&weights) &&
                             has_shape(&weights, read->call.params.cells, depth))) {
    return NULL;
  }
  *factor = tm_require_factor(model, source->scale, weights.scale, 1.0F / 4096.0F);
  if (is_wide(read)) {
    tm_require(model, factor->shift <= TM_MOST_WIDE_SHIFT && depth <= TM_MOST_DEPTH);
    const uint32_t rounded = ((uint32_t)factor->multiplier + (1u << 15)) >> 16;
    factor->multiplier = rounded > INT16_MAX ? INT16_MAX : (int32_t)rounded;
  }
  return (const int8_t *)weights.data;
}

static TM_COLD bool bias_read(tm_interpreter *model, const lstm *read, uint32_t position, const int32_t **values) {
  tm_tensor bias;
  if (!tm_input(model, position, &bias) ||
      !tm_require(model, bias.type == (is_wide(read) ? TM_INT64 : TM_INT32) && bias.is_constant &&
                             bias.rank == 1 && bias.elements == read->call.params.cells)) {
    return false;
  }
  *values = (const int32_t *)(const void *)bias.data;
  for (int32_t i = 0; is_wide(read) && i < bias.elements; i++) {
    const int32_t low = (*values)[2 * i], high = (*values)[2 * i + 1];
    const bool at_most = high < TM_MOST_BIAS_HIGH || (high == TM_MOST_BIAS_HIGH && low == 0);
    if (!tm_require(model, at_most && high >= -TM_MOST_BIAS_HIGH)) return false;
  }
  return true;
}

/* Read gate `gate`, whose factors lie at `factors` in the parameters. */
static TM_COLD bool gate_read(tm_interpreter *model, lstm *read, uint32_t gate, int32_t *factors) {
  lstm_call *call = &read->call;
  tm_factor fresh = {0, 0}, kept = {0, 0};
  call->weights[gate] =
      weights_read(model, read, TM_AT_WEIGHTS + gate, &read->source, call->params.inputs, &fresh);
  call->recurrent[gate] =
      weights_read(model, read, TM_AT_RECURRENT + gate, &read->hidden, call->params.cells, &kept);
  factors[0] = fresh.multiplier;
  factors[1] = fresh.shift;
  factors[2] = kept.multiplier;
  factors[3] = kept.shift;
  return tm_is_ok(model) && bias_read(model, read, TM_AT_BIAS + gate, &call->bias[gate]);
}

/* Find how gates become the state of the cells, and that the hidden state. */
static TM_COLD bool cell_find(tm_interpreter *model, lstm *read) {
  tm_lstm_params *params = &read->call.params;
  const tm_factor scale =
      tm_factor_of(read->cell.scale, 1.0F, 1.0F, 0); /* 2^30 and its power + 1 for a power of 2 */
  const float clip = tm_float((uint32_t)tm_option(model, TM_FIELD(1, 4), 0));
  const int32_t power = scale.shift - 1;
  if (!tm_require(
          model, scale.multiplier == 1 << 30 && power >= -29 && power <= 2 &&
                     read->cell.scale * (power < 0 ? (float)(1 << -power) : 1.0F / (float)(1 << power)) == 1.0F)) {
    return false;
  }
  const float steps = clip / read->cell.scale;
  params->cell_shift = -29 - power;
  params->cell_clip = clip > 0.0F ? (steps < 32767.0F ? (int32_t)steps : 32767) : -1;
  params->tanh_multiplier = 3 << tm_max(12 + power, 0);
  params->tanh_shift = tm_max(-12 - power, 0);
  const float step = 1.0F / 32768.0F;
  const tm_factor hidden = tm_require_factor(model, step, step, read->hidden.scale);
  params->hidden_multiplier = hidden.multiplier;
  params->hidden_shift = hidden.shift;
  return tm_is_ok(model);
}

static TM_COLD bool inputs_fit(tm_interpreter *model) {
  for (uint32_t i = 0; i < TM_INPUTS; i++) {
    if ((TM_ABSENT >> i & 1u) != 0 && !tm_require(model, !tm_has_input(model, i))) return false;
  }
  return tm_require(model, model->node.inputs.length == TM_INPUTS);
}

static TM_COLD void prepare(tm_interpreter *model) {
  lstm read;
  tm_lstm_params *params = &read.call.params;
  const tm_tensor *source = &read.source, *output = &read.output;
  if (!inputs_fit(model) || !tm_input(model, 0, &read.source) || !tm_output(model, &read.output) ||
      !tm_require_apart(model, source, output, false) ||
      !tm_state_read(model, TM_AT_HIDDEN, source, output, &read.hidden) ||
      !tm_state_read(model, TM_AT_CELL, source, output, &read.cell) ||
      !tm_require_apart(model, &read.hidden, &read.cell, false)) {
    return;
  }
  enum { TANH = 4 };
  const bool possible = tm_option(model, TM_FIELD(0, 1), 0) == TANH && tm_option(model, TM_FIELD(5, 1), 0) == 0 &&
                        types_fit(&read) && steps_find(&read, tm_option(model, TM_FIELD(3, 1), 0) != 0);
  if (!tm_require(model, possible) || !gate_read(model, &read, 0, &params->input_gate_multiplier) ||
      !gate_read(model, &read, 1, &params->forget_gate_multiplier) ||
      !gate_read(model, &read, 2, &params->cell_gate_multiplier) ||
      !gate_read(model, &read, 3, &params->output_gate_multiplier) || !cell_find(model, &read)) {
    return;
  }
  read.call.input = source->data;
  read.call.hidden = read.hidden.data;
  read.call.cell = (int16_t *)(void *)read.cell.data;
  read.call.output = output->data;
  lstm_call *call = tm_layer_add(model, is_wide(&read) ? run_s16 : run_s8, sizeof(*call), output);
  if (call != NULL) *call = read.call;
}

const tm_operator tm_op_unidirectional_sequence_lstm = {44, prepare};
