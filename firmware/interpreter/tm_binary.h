/* What ADD and MUL share: two inputs that are broadcast to one output; see tinyml/ops/broadcast.py. */
#ifndef TM_BINARY_H
#define TM_BINARY_H

#include "tm_quantized.h"

#define TM_LOOPS 4

/* What the parameters of both kernels begin with. */
typedef struct {
  int32_t size[TM_LOOPS]; /* of a kernel's loops, the outermost first */
  int32_t step[2][TM_LOOPS];
  int32_t input_offset[2];
  int32_t output_offset;
  int32_t output_multiplier;
  int32_t output_shift;
  int32_t activation_min;
  int32_t activation_max;
} tm_binary_params;

/* A call of either kernel begins with its arrays; the parameters follow. */
typedef struct {
  const int8_t *input1;
  const int8_t *input2;
  int8_t *output;
} tm_binary_arrays;

/* Such an operator while it is prepared. */
typedef struct {
  tm_tensor input[2];
  tm_tensor output;
  tm_binary_arrays arrays;
  tm_binary_params params;
} tm_binary;

/* Read both inputs and the output, all int8, how they are broadcast, and the activation. The factor to the output
 * is the caller's to set. */
bool tm_binary_read(tm_interpreter *model, tm_binary *binary) TM_COLD;

/* The functions that the kernels are called by, for any parameters. */
tm_run tm_run_add, tm_run_mul;

#endif
