/* What operators with two inputs that are broadcast to one output share; see tinyml/ops/broadcast.py. */
#ifndef TM_BINARY_H
#define TM_BINARY_H

#include "tm_quantized.h"

#define TM_LOOPS 4
#define TM_LOOP_INPUTS 3 /* at most */

/* A kernel's loops, the outermost first. */
typedef struct {
  int32_t size[TM_LOOPS];
  int32_t step[TM_LOOP_INPUTS][TM_LOOPS];
} tm_loops;

/* The initializer of a kernel's sizes and steps. */
#define TM_LOOPS_PARAMS(loops)                                                                                   \
  .size_0 = (loops).size[0], .size_1 = (loops).size[1], .size_2 = (loops).size[2], .size_3 = (loops).size[3],    \
  .input1_step_0 = (loops).step[0][0], .input1_step_1 = (loops).step[0][1], .input1_step_2 = (loops).step[0][2], \
  .input1_step_3 = (loops).step[0][3], .input2_step_0 = (loops).step[1][0], .input2_step_1 = (loops).step[1][1], \
  .input2_step_2 = (loops).step[1][2], .input2_step_3 = (loops).step[1][3]

/* Find the loops of `count` inputs that are broadcast to the output, and check that the plan keeps them apart
 * where it must. */
bool tm_loops_find(tm_interpreter *model, const tm_tensor *const *inputs, uint32_t count, const tm_tensor *output,
                   tm_loops *loops) TM_COLD;

typedef struct {
  tm_tensor first;
  tm_tensor second;
  tm_tensor output;
  tm_loops loops;
} tm_binary;

/* Read both inputs, the output, and how they are broadcast. */
bool tm_mixed_binary_read(tm_interpreter *model, tm_binary *binary) TM_COLD;

/* The same of inputs that have one type. */
bool tm_binary_read(tm_interpreter *model, tm_binary *binary) TM_COLD;

/* A call of a kernel on quantized tensors begins with its arrays; the parameters follow. */
typedef struct {
  const void *input1;
  const void *input2;
  void *output;
} tm_binary_arrays;

/* Add the layer of such a kernel, whose parameters have `size` bytes. */
void tm_binary_add(tm_interpreter *model, tm_run *run, const void *params, uint32_t size,
                   const tm_binary *binary) TM_COLD;

/* The functions that kernels are called by which may be special ones, for any parameters. */
tm_run tm_run_add, tm_run_mul;

/* Require all three to be int16 with the zero point 0, and quantized as a whole. */
bool tm_binary_require_symmetric(tm_interpreter *model, const tm_binary *binary) TM_COLD;

/* Require all three to be of `type` and quantized as a whole. */
bool tm_binary_require(tm_interpreter *model, const tm_binary *binary, int32_t type) TM_COLD;

#endif
