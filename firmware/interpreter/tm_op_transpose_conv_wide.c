/* TRANSPOSE_CONV of int16; see tinyml/ops/transpose_conv.py. */
#include "tm_transpose_conv.h"
#include "tm_weighted_wide.h"
#include "transpose_conv_s16.h"

typedef struct {
  tm_weighted_arrays at;
  tm_transpose_conv_s16_params params;
} transpose_conv_call;

static void run(const void *data) {
  const transpose_conv_call *call = data;
  const tm_weighted_arrays *at = &call->at;
  tm_transpose_conv_s16(&call->params, TM_INT16S(at->input), at->weights, at->bias, at->multipliers, at->shifts,
                        (int16_t *)(void *)at->output);
}

/* The kernel's parameters. */
typedef struct {
  tm_transpose_conv_shape shape;
  tm_wide_scaling scaling;
} transpose_conv_params;
TM_SAME_FIELDS(transpose_conv_params, tm_transpose_conv_s16_params);

/* A constant bias of int16, as words of 64-bit numbers at the arena's end. */
static TM_COLD bool bias_widen(tm_interpreter *model, tm_weighted *weighted) {
  const int16_t *bias = TM_INT16S(weighted->arrays.bias);
  const uint32_t bytes = (uint32_t)weighted->channels * 2 * (uint32_t)sizeof(int32_t);
  if (!tm_require(model, weighted->bias.is_constant)) return false;
  int32_t *words = tm_take(model, bytes);
  if (words == NULL) return false;
  for (int32_t i = 0; i < weighted->channels; i++) {
    words[2 * i] = bias[i];
    words[2 * i + 1] = bias[i] < 0 ? -1 : 0;
  }
  weighted->arrays.bias = words;
  weighted->bias.type = TM_INT64;
  return true;
}

extern const tm_operator tm_op_transpose_conv;

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  transpose_conv_params params;
  if (!tm_input(model, 2, &weighted.source)) return;
  if (weighted.source.type != TM_INT16) { /* input 0, the shape, led here */
    tm_op_transpose_conv.prepare(model);
    return;
  }
  if (tm_weighted_read(model, TM_INT16, 2, 4, 0, 3, &weighted) &&
      tm_transpose_conv_shape_read(model, &weighted, &params.shape) &&
      (weighted.bias.type != TM_INT16 || bias_widen(model, &weighted)) &&
      tm_wide_sums_read(model, true, &weighted, &params.scaling)) {
    tm_weighted_add(model, run, &params, sizeof(params), &weighted);
  }
}

const tm_operator tm_op_transpose_conv_wide = {TM_OPERATOR_WIDE | 67, prepare};
