/* TRANSPOSE_CONV; see tinyml/ops/transpose_conv.py. */
#include "tm_weighted_wide.h"
#include "transpose_conv_s16.h"
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

typedef struct {
  tm_weighted_arrays at;
  tm_transpose_conv_s16_params params;
} transpose_conv_wide_call;

static void run_wide(const void *data) {
  const transpose_conv_wide_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_transpose_conv_s16(&call->params, TM_INT16S(at->input), at->weights, at->bias, at->multipliers, at->shifts,
                        (int16_t *)(void *)at->output);
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

/* What the parameters of both kernels begin with. */
typedef struct {
  int32_t batches;
  int32_t input[3]; /* height, width, channels */
  int32_t taps[2];
  int32_t output[3];
  int32_t stride[2];
  int32_t pad[2];
} transpose_conv_shape;

typedef struct {
  transpose_conv_shape shape;
  int32_t input_offset;
  tm_scaling scaling;
} transpose_conv_params;
TM_SAME_FIELDS(transpose_conv_params, tm_transpose_conv_s8_params);

typedef struct {
  transpose_conv_shape shape;
  tm_wide_scaling scaling;
} transpose_conv_wide_params;
TM_SAME_FIELDS(transpose_conv_wide_params, tm_transpose_conv_s16_params);

static TM_COLD bool shape_read(tm_interpreter *model, const tm_weighted *weighted, transpose_conv_shape *shape) {
  const tm_tensor *source = &weighted->source, *output = &weighted->output;
  const int32_t *filter = weighted->filter.shape, padding = tm_option(model, TM_FIELD(0, 1), 0);
  bool possible = source->rank == 4 && output->rank == 4 && filter[3] == source->shape[3] &&
                  output->shape[0] == source->shape[0] && output->shape[3] == weighted->channels;
  shape->batches = source->shape[0];
  for (uint32_t i = 0; i < 3; i++) {
    shape->input[i] = source->shape[i + 1];
    shape->output[i] = output->shape[i + 1];
  }
  shape->stride[0] = tm_option(model, TM_FIELD(2, 4), 0);
  shape->stride[1] = tm_option(model, TM_FIELD(1, 4), 0);
  for (uint32_t i = 0; i < 2; i++) {
    shape->taps[i] = filter[i + 1];
    possible = possible &&
               pad(padding, shape->stride[i], filter[i + 1], shape->output[i], shape->input[i], &shape->pad[i]);
  }
  return tm_require(model, possible);
}

static TM_COLD void prepare_wide(tm_interpreter *model) {
  tm_weighted weighted;
  transpose_conv_wide_params params;
  if (tm_weighted_read(model, TM_INT16, 2, 4, 0, 3, &weighted) && shape_read(model, &weighted, &params.shape) &&
      tm_wide_sums_read(model, true, &weighted, &params.scaling)) {
    tm_weighted_add(model, run_wide, &params, sizeof(params), &weighted);
  }
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  transpose_conv_params params;
  if (!tm_input(model, 2, &weighted.source)) return;
  if (weighted.source.type == TM_INT16) {
    prepare_wide(model);
    return;
  }
  if (!tm_weighted_read(model, TM_INT8, 2, 4, 0, 3, &weighted) || !shape_read(model, &weighted, &params.shape)) {
    return;
  }
  params.input_offset = -weighted.source.zero_point;
  params.scaling = weighted.scaling;
  tm_weighted_add(model, run, &params, sizeof(params), &weighted);
}

const tm_operator tm_op_transpose_conv = {67, prepare};
