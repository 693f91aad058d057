/* What LOGISTIC and TANH of int16 share; see tinyml/ops/sigmoid.py. */
#ifndef TM_SIGMOID_WIDE_H
#define TM_SIGMOID_WIDE_H

#include "tm_quantized.h"
#include "tm_sigmoid.h"

/* A call of a kernel. */
typedef struct {
  tm_sigmoid_params params;
  const int16_t *input;
  int16_t *output;
} tm_sigmoid_call;

/* Prepare the operator; `run` is called with a tm_sigmoid_call. powers: how many powers of two, 2^-12 and its
 * doubles, are scales of the input that need no rounding. */
void tm_sigmoid_prepare(tm_interpreter *model, tm_run *run, int32_t powers) TM_COLD;

#endif
