/* What the parts for int16 of operators with one input share; see tinyml/ops/lookup.py. */
#ifndef TM_RESCALE_H
#define TM_RESCALE_H

#include "rescale_s16.h"
#include "tm_quantized.h"

/* Read the input and the output, both int16 and of one shape; where they are `symmetric`, with the zero point 0.
 */
bool tm_int16_pair(tm_interpreter *model, bool symmetric, tm_tensor *source, tm_tensor *output) TM_COLD;

/* Add the layer that brings int16 to the output's scale: all values by one factor. Returns its parameters, for the
 * caller to change; NULL where the arena is full. */
tm_rescale_s16_params *tm_rescale_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output,
                                      tm_factor factor) TM_COLD;

#endif
