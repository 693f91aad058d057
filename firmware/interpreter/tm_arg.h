/* What ARG_MAX and ARG_MIN share; see tinyml/ops/arg.py. */
#ifndef TM_ARG_H
#define TM_ARG_H

#include "tm_quantized.h"

/* Prepare ARG_MAX, or ARG_MIN where the `smallest` element is asked for. */
void tm_arg_prepare(tm_interpreter *model, bool smallest) TM_COLD;

#endif
