/* DEQUANTIZE; see tinyml/ops/dequantize.py. */
#include "dequantize_s8_f32.h"
#include "dequantize_u8_f32.h"
#include "tm_real.h"

static void run(const void *data) {
  const tm_dequantize_call *call = data;
  tm_dequantize_s8_f32(&call->params, call->input, call->output);
}

static void run_u8(const void *data) {
  const tm_dequantize_call *call = data;
  tm_dequantize_u8_f32(&call->params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_dequantized_pair(model, &source, &output)) return;
  const bool is_int8 = tm_is_int8(&source);
  if (!tm_require(model, is_int8 || tm_is_quantized(&source, TM_UINT8))) return;
  tm_dequantize_add(model, is_int8 ? run : run_u8, &source, &output);
}

const tm_operator tm_op_dequantize = {6, prepare};
