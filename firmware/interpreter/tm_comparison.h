/* What the comparisons share; see tinyml/ops/comparison.py. */
#ifndef TM_COMPARISON_H
#define TM_COMPARISON_H

#include "tm_binary.h"
#include "tm_compare.h"

/* A call of a kernel that compares values as they are. */
typedef struct {
  tm_compare_params params;
  const void *input1;
  const void *input2;
  uint8_t *output;
} tm_plain_comparison;

/* Add the layer of such a kernel. */
void tm_plain_comparison_add(tm_interpreter *model, tm_run *run, const tm_binary *binary,
                             int32_t comparison) TM_COLD;

/* Prepare the operator that computes `comparison`, one of tm_compare.h, on int8 or bool. */
void tm_comparison_prepare(tm_interpreter *model, int32_t comparison) TM_COLD;

/* The same on int32 or int64. */
void tm_wide_comparison_prepare(tm_interpreter *model, int32_t comparison) TM_COLD;

#endif
