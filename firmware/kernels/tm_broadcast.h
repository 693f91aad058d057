/* The loops of kernels with two inputs that are broadcast to one output.
 *
 * Reach: an output element is written when the elements that it comes from have been read, and no later output
 * reads an element of an input without broadcasting again; the output may lie upon such an input, if its elements
 * are not larger. */
#ifndef TM_BROADCAST_H
#define TM_BROADCAST_H

#include "tm_kernel.h"

/* The first fields of such a kernel's parameters. size: the output's dimensions, the outermost first; neighbours
 * that broadcast alike are one. step: elements between neighbours of a dimension in an input; 0 where it is
 * broadcast. */
#define TM_BROADCAST_FIELDS \
  int32_t size_0;           \
  int32_t size_1;           \
  int32_t size_2;           \
  int32_t size_3;           \
  int32_t input1_step_0;    \
  int32_t input1_step_1;    \
  int32_t input1_step_2;    \
  int32_t input1_step_3;    \
  int32_t input2_step_0;    \
  int32_t input2_step_1;    \
  int32_t input2_step_2;    \
  int32_t input2_step_3;

/* For each element of the output, in order: `at1` and `at2` are the places of the elements that it comes from. */
#define TM_FOR_BROADCAST(params, at1, at2)                                               \
  for (int32_t i0 = 0; i0 < (params)->size_0; i0++)                                      \
    for (int32_t i1 = 0; i1 < (params)->size_1; i1++)                                    \
      for (int32_t i2 = 0; i2 < (params)->size_2; i2++)                                  \
        for (int32_t i3 = 0,                                                             \
                     at1 = i0 * (params)->input1_step_0 + i1 * (params)->input1_step_1 + \
                           i2 * (params)->input1_step_2,                                 \
                     at2 = i0 * (params)->input2_step_0 + i1 * (params)->input2_step_1 + \
                           i2 * (params)->input2_step_2;                                 \
             i3 < (params)->size_3; i3++, at1 += (params)->input1_step_3, at2 += (params)->input2_step_3)

#endif
