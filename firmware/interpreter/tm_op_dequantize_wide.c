/* DEQUANTIZE of int16; see tinyml/ops/dequantize.py. */
#include "dequantize_s16_f32.h"
#include "tm_real.h"

static void run(const void *data) {
  const tm_dequantize_call *call = data;
  tm_dequantize_s16_f32(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (tm_dequantized_pair(model, &source, &output) && tm_require(model, tm_is_quantized(&source, TM_INT16))) {
    tm_dequantize_add(model, run, &source, &output);
  }
}

const tm_operator tm_op_dequantize_wide = {TM_OPERATOR_WIDE | 6, prepare};
