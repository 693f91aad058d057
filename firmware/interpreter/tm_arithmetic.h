/* What ADD, SUB, MUL and SQUARED_DIFFERENCE of int32 share; see tinyml/ops/sums.py. */
#ifndef TM_ARITHMETIC_H
#define TM_ARITHMETIC_H

#include "arithmetic_s32.h"
#include "tm_binary.h"

/* Add the layer that computes `function` of int32 with the fused activation `activation`. */
void tm_arithmetic_add(tm_interpreter *model, const tm_binary *binary, int32_t function,
                       int32_t activation) TM_COLD;

#endif
