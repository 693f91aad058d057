/* What DEQUANTIZE from all types shares; see tinyml/ops/dequantize.py. */
#ifndef TM_REAL_H
#define TM_REAL_H

#include "tm_dequantize.h"
#include "tm_quantized.h"

/* A call of a kernel. */
typedef struct {
  tm_dequantize_params params;
  const void *input;
  float *output;
} tm_dequantize_call;

/* Read the input and the output of one shape, which is float32 and apart from it. */
bool tm_dequantized_pair(tm_interpreter *model, tm_tensor *source, tm_tensor *output) TM_COLD;

/* Add the layer. */
void tm_dequantize_add(tm_interpreter *model, tm_run *run, const tm_tensor *source,
                       const tm_tensor *output) TM_COLD;

#endif
