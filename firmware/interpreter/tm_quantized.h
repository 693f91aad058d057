/* What operators share when they are prepared: the checks of tinyml/ops/quantized.py, activation ranges. */
#ifndef TM_QUANTIZED_H
#define TM_QUANTIZED_H

#include "tm_fixedpoint.h"
#include "tm_kernel.h"
#include "tm_operators.h"

/* Checks while compiling that a struct made here stands for a kernel's parameters: both hold as many int32_t. */
#define TM_SAME_FIELDS(made, kernels) typedef char made##_has_all_fields[sizeof(made) == sizeof(kernels) ? 1 : -1]

#define TM_MAX_SHIFT 30 /* a kernel shifts a sum left by at most this */

/* Refuse the operator. */
void tm_refuse(tm_interpreter *model) TM_COLD;

/* Returns `condition`; where it is false, the operator is refused. Inlined, it is one branch for each of its
 * terms. */
TM_INLINE bool tm_require(tm_interpreter *model, bool condition) {
  if (!condition) tm_refuse(model);
  return condition;
}

/* Read the input at `position`; the operator is refused where it is absent. */
bool tm_input(tm_interpreter *model, uint32_t position, tm_tensor *tensor) TM_COLD;

/* Whether the operator has an input at `position`. */
bool tm_has_input(tm_interpreter *model, uint32_t position) TM_COLD;

/* Read the only output. */
bool tm_output(tm_interpreter *model, tm_tensor *tensor) TM_COLD;

/* The least value of an integer type; the largest of one with a sign is -1 minus it. */
int32_t tm_least(int32_t type) TM_COLD;

/* Whether a tensor is of an integer type and quantized as a whole. */
bool tm_is_quantized(const tm_tensor *tensor, int32_t type) TM_COLD;

/* Whether it is so with int8. */
bool tm_is_int8(const tm_tensor *tensor) TM_COLD;

/* Whether a tensor has a rank that TFLM computes with. */
bool tm_is_computed(const tm_tensor *tensor) TM_COLD;

/* Read input 0 and the output, both quantized as a whole with one type; the operator has `least` to `most` inputs.
 */
bool tm_quantized_pair(tm_interpreter *model, int32_t type, uint32_t least, uint32_t most, tm_tensor *source,
                       tm_tensor *output) TM_COLD;

/* Read input 0 and the output, both int8; the operator has `least` to `most` inputs. */
bool tm_int8_pair(tm_interpreter *model, uint32_t least, uint32_t most, tm_tensor *source,
                  tm_tensor *output) TM_COLD;

bool tm_same_shape(const tm_tensor *a, const tm_tensor *b) TM_COLD;

/* Check that the plan keeps the output from the bytes of an input, but for a kernel that works `in_place`: then
 * both may have the same first byte. */
bool tm_require_apart(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output,
                      bool in_place) TM_COLD;

/* Read the axis of `source`, input 1, a constant of one element; it is counted from the front. */
bool tm_axis_of(tm_interpreter *model, const tm_tensor *source, uint32_t *axis) TM_COLD;

/* The elements of dimensions `first` to `end` - 1. */
int32_t tm_size_between(const tm_tensor *tensor, uint32_t first, uint32_t end) TM_COLD;

/* The option in a field; `absent` where the operator has none. */
int32_t tm_option(tm_interpreter *model, uint32_t field, int32_t absent) TM_COLD;

/* The factor a * b / c, which a kernel can apply only below 2^30. */
tm_factor tm_require_factor(tm_interpreter *model, float a, float b, float c) TM_COLD;

/* The values of the output's type, int8 or int16, that the fused activation `code` lets through. */
bool tm_activation_range(tm_interpreter *model, int32_t code, const tm_tensor *output, int32_t *low,
                         int32_t *high) TM_COLD;

/* Add a layer that calls `run` with the `size` bytes that it returns (NULL: the arena is full). */
void *tm_layer_add(tm_interpreter *model, tm_run *run, uint32_t size, const tm_tensor *output) TM_COLD;

/* Add a layer whose call consists of a kernel's arrays, which the caller fills in what is returned, and of its
 * parameters of `size` bytes. A special kernel for these parameters takes the place of `run`. */
void *tm_kernel_add(tm_interpreter *model, tm_run *run, uint32_t arrays_size, const void *params, uint32_t size,
                    const tm_tensor *output) TM_COLD;

#endif
