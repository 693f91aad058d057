/* SVDF; see tinyml/ops/svdf.py. */
#include "svdf_s16.h"
#include "svdf_s8.h"
#include "tm_state.h"

typedef struct {
  tm_svdf_params params;
  const int8_t *input;
  const int8_t *features;
  const void *times;
  const int32_t *bias;
  void *state;
  int8_t *output;
} svdf_call;

static void run_s8(const void *data) {
  const svdf_call *call = data;
  tm_svdf_s8(&call->params, call->input, call->features, call->times, call->bias, call->state, call->output);
}

static void run_s16(const void *data) {
  const svdf_call *call = data;
  tm_svdf_s16(&call->params, call->input, call->features, call->times, call->bias, call->state, call->output);
}

typedef struct {
  tm_tensor source;
  tm_tensor features;
  tm_tensor times;
  tm_tensor bias;
  tm_tensor state;
  tm_tensor output;
} svdf;

static TM_COLD bool is_symmetric(const tm_tensor *tensor) {
  return tensor->rank == 2 && tensor->scales.length == 1 && tensor->zero_point == 0;
}

/* Whether the bias's scale is near enough to that of the sums (TFLM's limit). */
static TM_COLD bool bias_fits(const svdf *read) {
  const float found = read->bias.scales.length == 0 ? 0.0F : read->bias.scale;
  const float expected = read->state.scale * read->times.scale, difference = found - expected;
  return expected < 64.0F && difference < 1e-5F && difference > -1e-5F;
}

static TM_COLD bool types_fit(const svdf *read) {
  const int32_t type = read->state.type;
  const bool state_fits =
      (type == TM_INT8 && tm_is_int8(&read->state)) || (type == TM_INT16 && is_symmetric(&read->state));
  return state_fits && read->state.rank == 2 && read->features.type == TM_INT8 && read->features.is_constant &&
         is_symmetric(&read->features) && read->times.type == type && read->times.is_constant &&
         is_symmetric(&read->times) && read->bias.type == TM_INT32 && read->bias.is_constant &&
         read->bias.rank == 1 && bias_fits(read) && read->source.rank == 2 && read->output.rank == 2;
}

static TM_COLD bool shapes_fit(const svdf *read, int32_t rank) {
  const int32_t batches = read->source.shape[0], filters = read->features.shape[0];
  const int32_t units = read->bias.shape[0];
  return rank >= 1 && (int64_t)units * rank == filters && read->features.shape[1] == read->source.shape[1] &&
         read->times.shape[0] == filters && read->state.shape[0] == batches &&
         read->state.shape[1] == read->times.elements && read->output.shape[0] == batches &&
         read->output.shape[1] == units;
}

/* Whether TFLM, which leaves the activation out, computes it all the same: RELU where the output begins at 0. */
static TM_COLD bool activation_fits(tm_interpreter *model, const tm_tensor *output) {
  const int32_t code = tm_option(model, TM_FIELD(1, 1), 0);
  return code == 0 || (code == 1 && output->zero_point == INT8_MIN);
}

static TM_COLD void prepare(tm_interpreter *model) {
  svdf read;
  const tm_tensor *source = &read.source, *state = &read.state, *output = &read.output;
  if (!tm_int8_pair(model, 5, 5, &read.source, &read.output) || !tm_input(model, 1, &read.features) ||
      !tm_input(model, 2, &read.times) || !tm_input(model, 3, &read.bias) ||
      !tm_require_apart(model, source, output, false) || !tm_state_read(model, 4, source, output, &read.state)) {
    return;
  }
  const int32_t rank = tm_option(model, TM_FIELD(0, 4), 0);
  if (!tm_require(model, types_fit(&read) && shapes_fit(&read, rank) && activation_fits(model, output))) return;
  const tm_factor to_state = tm_require_factor(model, source->scale, read.features.scale, state->scale);
  const tm_factor to_output = tm_require_factor(model, state->scale, read.times.scale, output->scale);
  svdf_call *call = tm_layer_add(model, state->type == TM_INT8 ? run_s8 : run_s16, sizeof(*call), output);
  if (call == NULL) return;
  const svdf_call made = {
      .params = {.batches = source->shape[0],
                 .inputs = source->shape[1],
                 .units = output->shape[1],
                 .rank = rank,
                 .memory = read.times.shape[1],
                 .input_offset = -source->zero_point,
                 .state_offset = state->zero_point,
                 .output_offset = output->zero_point,
                 .state_multiplier = to_state.multiplier,
                 .state_shift = to_state.shift,
                 .output_multiplier = to_output.multiplier,
                 .output_shift = to_output.shift},
      .input = (const int8_t *)source->data,
      .features = (const int8_t *)read.features.data,
      .times = read.times.data,
      .bias = (const int32_t *)(const void *)read.bias.data,
      .state = state->data,
      .output = (int8_t *)output->data,
  };
  *call = made;
}

const tm_operator tm_op_svdf = {27, prepare};
