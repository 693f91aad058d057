/* TRANSPOSE_CONV; see tinyml/ops/transpose_conv.py. */
#include "tm_weighted.h"
#include "transpose_conv_s8.h"

#define TM_MAX_SIZE (1 << 15) /* keeps positions inside 32 bits in the kernel */

enum { TM_PADDING_SAME = 0, TM_PADDING_VALID = 1 };

typedef struct {
  tm_weighted_arrays at;
  tm_transpose_conv_s8_params params;
} transpose_conv_call;

static void run(const void *data) {
  const transpose_conv_call *call = data;
  const tm_weighted_arrays *at = &call->at;
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
  tm_weighted weighted;
  if (!tm_weighted_read(model, 2, 4, 0, 3, &weighted)) return;
  const tm_tensor *source = &weighted.source, *output = &weighted.output;
  const int32_t *filter = weighted.filter.shape, padding = tm_option(model, TM_FIELD(0, 1), 0);
  tm_transpose_conv_s8_params params = {
      .batches = source->shape[0],
      .input_height = source->shape[1],
      .input_width = source->shape[2],
      .input_channels = source->shape[3],
      .filter_height = filter[1],
      .filter_width = filter[2],
      .output_height = output->shape[1],
      .output_width = output->shape[2],
      .output_channels = weighted.channels,
      .stride_height = tm_option(model, TM_FIELD(2, 4), 0),
      .stride_width = tm_option(model, TM_FIELD(1, 4), 0),
      .input_offset = -source->zero_point,
      .output_offset = weighted.scaling.output_offset,
      .activation_min = weighted.scaling.activation_min,
      .activation_max = weighted.scaling.activation_max,
      .per_channel = weighted.scaling.per_channel,
      .shifts_right = weighted.scaling.shifts_right,
  };
  const bool possible =
      source->rank == 4 && output->rank == 4 && filter[3] == source->shape[3] &&
      output->shape[0] == source->shape[0] && output->shape[3] == weighted.channels &&
      pad(padding, params.stride_height, filter[1], output->shape[1], source->shape[1], &params.pad_top) &&
      pad(padding, params.stride_width, filter[2], output->shape[2], source->shape[2], &params.pad_left);
  if (tm_require(model, possible)) tm_weighted_add(model, run, &params, sizeof(params), &weighted);
}

const tm_operator tm_op_transpose_conv = {67, prepare};
