/* What operators share that only move elements: strided copies; see tinyml/ops/move.py. */
#ifndef TM_MOVE_H
#define TM_MOVE_H

#include "strided_copy.h"
#include "tm_quantized.h"

/* Sets of types. */
#define TM_TYPE(type) (1u << (type))
#define TM_TYPES_ANY 0xFFFFFFFFu
#define TM_TYPES_INDEX (TM_TYPE(TM_INT32) | TM_TYPE(TM_INT64))
#define TM_TYPES_8_32F (TM_TYPE(TM_INT8) | TM_TYPE(TM_FLOAT32))
#define TM_TYPES_8_16_32F (TM_TYPES_8_32F | TM_TYPE(TM_INT16))
#define TM_TYPES_8_16_32 (TM_TYPES_8_16_32F | TM_TYPE(TM_INT32))

/* A loop of a copy; steps in elements. */
typedef struct {
  int32_t size;
  int32_t input_step;
  int32_t output_step;
} tm_loop;

typedef struct {
  tm_strided_copy_params params;
  const int8_t *input;
  int8_t *output;
} tm_copy;

/* Whether a tensor is of one of `types`, and of a rank that TFLM keeps. */
bool tm_is_moved(const tm_tensor *tensor, uint32_t types) TM_COLD;

/* Read the input at `position` and the output of an operator with `inputs` inputs, both of one of `types`. */
bool tm_moved_pair(tm_interpreter *model, uint32_t inputs, uint32_t position, uint32_t types, tm_tensor *source,
                   tm_tensor *output) TM_COLD;

/* Read the output at `position`. */
bool tm_output_at(tm_interpreter *model, uint32_t position, tm_tensor *tensor) TM_COLD;

/* Read the constant input at `position`, such as a shape or axes, of one of the integer `types`. */
bool tm_numbers(tm_interpreter *model, uint32_t position, uint32_t types, tm_tensor *tensor) TM_COLD;

/* Number `index` of such an input; one of more than 32 bits as the nearest of 32 bits. */
int32_t tm_number(const tm_tensor *tensor, uint32_t index) TM_COLD;

/* Whether such an input of one dimension names the shape of a tensor. */
bool tm_names_shape(const tm_tensor *shape, const tm_tensor *tensor) TM_COLD;

/* Set `axis`, which counts from either end, to the dimension that it means among `rank`. */
bool tm_axis_set(tm_interpreter *model, int32_t rank, int32_t *axis) TM_COLD;

/* The elements between neighbours of dimension `axis`. */
int32_t tm_step(const tm_tensor *tensor, uint32_t axis) TM_COLD;

/* Add a layer of `count` copies, run in order, which the caller sets (NULL: the arena is full). Traces show it
 * write `output`. */
tm_copy *tm_copies_add(tm_interpreter *model, const tm_tensor *output, uint32_t count) TM_COLD;

/* Set a copy, where `source` is `output` one inside it; the loops' outermost comes first, and no more than five
 * may remain when they are merged. The starts are elements. */
bool tm_copy_set(tm_interpreter *model, tm_copy *copy, const tm_tensor *source, const tm_tensor *output,
                 const tm_loop *loops, uint32_t count, int32_t input_start, int32_t output_start) TM_COLD;

/* Add a layer of one copy, to the output's beginning. */
bool tm_copy_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output, const tm_loop *loops,
                 uint32_t count, int32_t input_start) TM_COLD;

/* Prepare an operator whose output is the bytes of its first input, `source`: the plan puts it there, and only a
 * constant is copied. */
void tm_rename(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output) TM_COLD;

#endif
