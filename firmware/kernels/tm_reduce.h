/* Reductions over some dimensions: which elements make one output. */
#ifndef TM_REDUCE_H
#define TM_REDUCE_H

#include "tm_kernel.h"

/* The first fields of such a kernel's parameters. kept: dimensions that stay, the outermost first; neighbours are
 * merged. reduced: dimensions that make one output. step: elements between neighbours of a dimension in the input.
 */
#define TM_REDUCE_FIELDS  \
  int32_t kept_0;         \
  int32_t kept_1;         \
  int32_t kept_step_0;    \
  int32_t kept_step_1;    \
  int32_t reduced_0;      \
  int32_t reduced_1;      \
  int32_t reduced_step_0; \
  int32_t reduced_step_1;

/* For each output, in order: `first` is the place of its first element. */
#define TM_FOR_KEPT(params, first)                                                  \
  for (int32_t k0 = 0; k0 < (params)->kept_0; k0++)                                 \
    for (int32_t k1 = 0, first = k0 * (params)->kept_step_0; k1 < (params)->kept_1; \
         k1++, first += (params)->kept_step_1)

/* Two loops over the dimensions that are reduced, the outermost first; steps are in elements. */
typedef struct {
  int32_t size_0;
  int32_t size_1;
  int32_t step_0;
  int32_t step_1;
} tm_reduced;

/* A copy, which no output can change as the compiler now sees. */
#define TM_REDUCED_OF(params) \
  { (params)->reduced_0, (params)->reduced_1, (params)->reduced_step_0, (params)->reduced_step_1 }

/* For each element of an output: `at` is its place. */
#define TM_FOR_REDUCED(reduced, first, at)          \
  for (int32_t r0 = 0; r0 < (reduced).size_0; r0++) \
    for (int32_t r1 = 0, at = (first) + r0 * (reduced).step_0; r1 < (reduced).size_1; r1++, at += (reduced).step_1)

#endif
