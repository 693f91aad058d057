/* What MUL of int8 and of int16 share; see tinyml/ops/mul.py. */
#ifndef TM_PRODUCT_H
#define TM_PRODUCT_H

#include "tm_binary.h"
#include "tm_mul.h"

/* A call of a kernel. */
typedef struct {
  tm_binary_arrays at;
  tm_mul_params params;
} tm_mul_call;

/* Add the layer; `run` is called with a tm_mul_call. */
void tm_product_add(tm_interpreter *model, tm_run *run, const tm_binary *binary) TM_COLD;

#endif
