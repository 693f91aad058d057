/* What LEAKY_RELU of int8 and of int16 share; see tinyml/ops/leaky_relu.py. */
#ifndef TM_ALPHA_H
#define TM_ALPHA_H

#include "tm_quantized.h"

/* The factors of numbers from 0 on and below. */
typedef struct {
  tm_factor identity;
  tm_factor leaky;
  bool negative; /* whether numbers below 0 change their sign */
} tm_alpha;

/* Read alpha. Returns whether it is a possible one. */
bool tm_alpha_read(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output,
                   tm_alpha *alpha) TM_COLD;

#endif
