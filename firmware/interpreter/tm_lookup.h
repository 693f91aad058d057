/* Functions of one 8-bit value become a table of 256 results; see tinyml/ops/lookup.py. */
#ifndef TM_LOOKUP_H
#define TM_LOOKUP_H

#include "tm_quantized.h"

/* Add the layer. Returns the table at the arena's end, by the input's byte taken as unsigned, which the caller
 * fills; NULL where it was prepared or the arena is full. */
int8_t *tm_lookup_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output) TM_COLD;

/* Fill the table with values brought from one scale to another and clamped to `low` and the largest value of the
 * output's 8-bit type: QUANTIZE, RELU.
 */
void tm_lookup_rescale(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output,
                       int32_t low) TM_COLD;

/* Prepare LOGISTIC or TANH: `function` takes a value with 4 integer bits and gives one of which 2^31 stands
 * for 1.0, the output has `fraction_bits`, and must have `zero_point`. */
void tm_lookup_sigmoid(tm_interpreter *model, int32_t (*function)(int32_t x), int32_t fraction_bits,
                       int32_t zero_point) TM_COLD;

/* The result of a table: `steps` of the output's scale, as int8. */
int8_t tm_lookup_result(const tm_tensor *output, int32_t steps) TM_COLD;

#endif
