/* What ADD, SUB and SQUARED_DIFFERENCE share; see tinyml/ops/sums.py. */
#ifndef TM_SUM_H
#define TM_SUM_H

#include "arithmetic_s32.h"
#include "tm_binary.h"
#include "tm_sum_s8.h"

/* A call of an int8 kernel. */
typedef struct {
  tm_binary_arrays at;
  tm_sum_s8_params params;
} tm_sum_call;

/* Add the layer of an int8 kernel: inputs are brought to twice the larger scale, results by `to_output` to the
 * output, where the fused activation `activation` applies. */
void tm_sum_add(tm_interpreter *model, tm_run *run, const tm_binary *binary, tm_factor to_output,
                int32_t activation) TM_COLD;

/* The factor of ADD and SUB from twice the larger scale to the output; TFLM stops the program where it is not
 * below 1. */
tm_factor tm_sum_factor(tm_interpreter *model, const tm_binary *binary) TM_COLD;

/* Add the layer that computes `function` of int32 with the fused activation `activation`. */
void tm_arithmetic_add(tm_interpreter *model, const tm_binary *binary, int32_t function,
                       int32_t activation) TM_COLD;

#endif
