/* What ADD, SUB and SQUARED_DIFFERENCE share; see tinyml/ops/sums.py. */
#ifndef TM_SUM_H
#define TM_SUM_H

#include "tm_binary.h"
#include "tm_scaled_sum.h"

/* A call of a kernel of int8 or int16, whose arrays are then of that type. */
typedef struct {
  tm_binary_arrays at;
  tm_scaled_sum_params params;
} tm_sum_call;

/* Add the layer of such a kernel: inputs are brought to twice the larger scale, results by `to_output` to the
 * output, where the fused activation `activation` applies. */
void tm_sum_add(tm_interpreter *model, tm_run *run, const tm_binary *binary, tm_factor to_output,
                int32_t activation) TM_COLD;

/* Add the layer of SQUARED_DIFFERENCE, whose inputs are widened by `left_shift`. */
void tm_squared_sum_add(tm_interpreter *model, tm_run *run, const tm_binary *binary, int32_t left_shift) TM_COLD;

/* The factor of ADD and SUB, whose inputs are widened by `left_shift`, from twice the larger scale to the output;
 * TFLM stops the program where it is not below 1. */
tm_factor tm_sum_factor(tm_interpreter *model, const tm_binary *binary, int32_t left_shift) TM_COLD;

#endif
