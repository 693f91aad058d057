/* SOFTMAX to int16; see tinyml/ops/softmax.py. */
#include "softmax_s16.h"
#include "softmax_s8_s16.h"
#include "tm_exponents.h"

#define TM_MAX_DEPTH 4095        /* of int8: TFLM's sum of exponentials keeps 12 integer bits */
#define TM_MAX_DEPTH_INT16 65536 /* its sum of exponentials, each below 2^15, has 32 bits */
#define TM_MAX_SHIFT_INT16 15    /* by which a difference of 17 bits is shifted left */
#define TM_TOLERANCE 9e-4F       /* of the output's scale, as a part of it */

typedef struct {
  tm_softmax_s8_s16_params params;
  const int8_t *input;
  const int32_t *exps;
  int16_t *output;
} mixed_call;

static void run_mixed(const void *data) {
  const mixed_call *call = data;
  tm_softmax_s8_s16(&call->params, call->input, call->exps, call->output);
}

typedef struct {
  tm_softmax_s16_params params;
  const int16_t *input;
  int16_t *output;
} int16_call;

static void run_int16(const void *data) {
  const int16_call *call = data;
  tm_softmax_s16(&call->params, call->input, call->output);
}

static TM_COLD void int8_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output,
                             int32_t depth) {
  int32_t size = 0;
  if (!tm_require(model, depth <= TM_MAX_DEPTH)) return;
  const int32_t *exps = tm_exps_of(model, source->scale, &size);
  mixed_call *call = tm_layer_add(model, run_mixed, sizeof(*call), output);
  if (call == NULL) return;
  call->params.rows = source->elements / depth;
  call->params.depth = depth;
  call->params.exp_size = size;
  call->input = (const int8_t *)source->data;
  call->exps = exps;
  call->output = (int16_t *)(void *)output->data;
}

static TM_COLD void int16_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output,
                              int32_t depth) {
  const uint32_t bits = (uint32_t)tm_option(model, TM_FIELD(0, 4), 0);
  if (!tm_require(model, depth <= TM_MAX_DEPTH_INT16 && source->zero_point == 0 && model->node.options != 0 &&
                             (bits << 1 == 0 || tm_is_positive(bits)))) {
    return;
  }
  tm_factor factor = {0, 0};
  if (bits << 1 != 0) factor = tm_tenths(source->scale, tm_float(bits));
  if (!tm_require(model, factor.shift <= TM_MAX_SHIFT_INT16)) return;
  int16_call *call = tm_layer_add(model, run_int16, sizeof(*call), output);
  if (call == NULL) return;
  call->params.rows = source->elements / depth;
  call->params.depth = depth;
  call->params.multiplier = factor.multiplier;
  call->params.shift = factor.shift;
  call->input = (const int16_t *)(const void *)source->data;
  call->output = (int16_t *)(void *)output->data;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_require(model, model->node.inputs.length == 1) || !tm_input(model, 0, &source) ||
      !tm_output(model, &output)) {
    return;
  }
  const bool is_int8 = tm_is_int8(&source);
  const float steps = output.scale * (is_int8 ? 65536.0F : 32768.0F);
  if (!tm_require(model, (is_int8 || tm_is_quantized(&source, TM_INT16)) && tm_is_quantized(&output, TM_INT16) &&
                             tm_same_shape(&source, &output) && source.rank != 0 && steps >= 1.0F - TM_TOLERANCE &&
                             steps <= 1.0F + TM_TOLERANCE && output.zero_point == (is_int8 ? INT16_MIN : 0)) ||
      !tm_require_apart(model, &source, &output, !is_int8)) {
    return;
  }
  const int32_t depth = source.shape[source.rank - 1];
  if (is_int8) {
    int8_add(model, &source, &output, depth);
  } else {
    int16_add(model, &source, &output, depth);
  }
}

const tm_operator tm_op_softmax_wide = {TM_OPERATOR_WIDE | 25, prepare};
