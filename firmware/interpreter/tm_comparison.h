/* What the comparisons share; see tinyml/ops/comparison.py. */
#ifndef TM_COMPARISON_H
#define TM_COMPARISON_H

#include "tm_binary.h"
#include "tm_compare.h"

/* Prepare the operator that computes `comparison`, one of tm_compare.h. */
void tm_comparison_prepare(tm_interpreter *model, int32_t comparison) TM_COLD;

#endif
