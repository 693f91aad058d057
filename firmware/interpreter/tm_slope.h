/* What PRELU of int8 and of int16 share; see tinyml/ops/prelu.py. */
#ifndef TM_SLOPE_H
#define TM_SLOPE_H

#include "tm_binary.h"
#include "tm_prelu.h"

/* A call of a kernel; alpha is its second input. */
typedef struct {
  tm_binary_arrays at;
  tm_prelu_params params;
} tm_prelu_call;

/* Prepare the operator on tensors of `type` with an int8 alpha; `run` is called with a tm_prelu_call. */
void tm_prelu_prepare(tm_interpreter *model, int32_t type, tm_run *run) TM_COLD;

#endif
