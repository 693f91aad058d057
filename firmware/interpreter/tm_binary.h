/* What ADD and MUL share: two inputs that are broadcast to one output; see tinyml/ops/broadcast.py. */
#ifndef TM_BINARY_H
#define TM_BINARY_H

#include "tm_quantized.h"

#define TM_LOOPS 4

/* A kernel's loops, the outermost first. */
typedef struct {
  int32_t size[TM_LOOPS];
  int32_t step[2][TM_LOOPS];
} tm_loops;

/* The initializer of a kernel's sizes and steps. */
#define TM_LOOPS_PARAMS(loops)                                                                                   \
  .size_0 = (loops).size[0], .size_1 = (loops).size[1], .size_2 = (loops).size[2], .size_3 = (loops).size[3],    \
  .input1_step_0 = (loops).step[0][0], .input1_step_1 = (loops).step[0][1], .input1_step_2 = (loops).step[0][2], \
  .input1_step_3 = (loops).step[0][3], .input2_step_0 = (loops).step[1][0], .input2_step_1 = (loops).step[1][1], \
  .input2_step_2 = (loops).step[1][2], .input2_step_3 = (loops).step[1][3]

/* Read both inputs and the output, all int8, and how they are broadcast. */
bool tm_binary_read(tm_interpreter *model, tm_tensor *first, tm_tensor *second, tm_tensor *output,
                    tm_loops *loops) TM_COLD;

#endif
