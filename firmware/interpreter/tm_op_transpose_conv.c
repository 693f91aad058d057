/* TRANSPOSE_CONV; see tinyml/ops/transpose_conv.py. */
#include "tm_quantized.h"
#include "transpose_conv_s8.h"

#define TM_MAX_SIZE (1 << 15) /* keeps positions inside 32 bits in the kernel */

enum { TM_PADDING_SAME = 0, TM_PADDING_VALID = 1 };

typedef struct {
  tm_channel_arrays at;
  tm_transpose_conv_s8_params params;
} transpose_conv_call;

static void run(const void *data) {
  const transpose_conv_call *call = data;
  const tm_channel_arrays *at = &call->at;
  tm_transpose_conv_s8(&call->params, at->input, at->weights, at->bias, at->multipliers, at->shifts, at->output);
}

/* How many sums in front of the output are dropped along one dimension; false where the sizes are impossible. */
static TM_COLD bool pad(int32_t padding, int32_t stride, int32_t taps, int32_t output, int32_t input,
                        int32_t *to) {
  const int32_t sizes[4] = {stride, taps, output, input};
  for (uint32_t i = 0; i < 4; i++) {
    if (sizes[i] < 1 || sizes[i] > TM_MAX_SIZE) return false;
  }
  const int32_t positions = (output + stride - (padding == TM_PADDING_SAME ? 1 : taps)) / stride;
  *to = tm_max((positions - 1) * stride + taps - output, 0) / 2;
  return padding == TM_PADDING_SAME || padding == TM_PADDING_VALID;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, filter, output;
  tm_channel_output to;
  const int32_t *bias;
  const uint32_t count = model->node.inputs.length;
  if (!tm_require(model, (count == 3 || count == 4) && model->node.options != 0) || !tm_input(model, 2, &source) ||
      !tm_output(model, &output) || !tm_filter(model, 4, 0, &filter) ||
      !tm_require(model, tm_is_int8(&source) && tm_is_int8(&output) && source.rank == 4 && output.rank == 4 &&
                             filter.shape[3] == source.shape[3])) {
    return;
  }
  const int32_t padding = tm_option(model, 0, 1, 0);
  tm_transpose_conv_s8_params params = {
      .batches = source.shape[0],
      .input_height = source.shape[1],
      .input_width = source.shape[2],
      .input_channels = source.shape[3],
      .filter_height = filter.shape[1],
      .filter_width = filter.shape[2],
      .output_height = output.shape[1],
      .output_width = output.shape[2],
      .output_channels = filter.shape[0],
      .stride_height = tm_option(model, 2, 4, 0),
      .stride_width = tm_option(model, 1, 4, 0),
      .input_offset = -source.zero_point,
  };
  const bool possible =
      output.shape[0] == params.batches && output.shape[3] == params.output_channels &&
      pad(padding, params.stride_height, filter.shape[1], output.shape[1], source.shape[1], &params.pad_top) &&
      pad(padding, params.stride_width, filter.shape[2], output.shape[2], source.shape[2], &params.pad_left);
  if (!tm_require(model, possible) || !tm_require_apart(model, &source, &output, false) ||
      !tm_channel_prepare(model, &source, &filter, &output, tm_option(model, 3, 1, 0), &to) ||
      !tm_bias(model, 3, params.output_channels, &bias)) {
    return;
  }
  params.output_offset = to.output_offset;
  params.activation_min = to.activation_min;
  params.activation_max = to.activation_max;
  params.per_channel = to.per_channel;
  params.shifts_right = to.shifts_right;
  tm_channel_add(model, run, &params, sizeof(params), &source, &filter, bias, &to, &output);
}

const tm_operator tm_op_transpose_conv = {67, prepare};
