/* What MAXIMUM, MINIMUM, LOGICAL_OR and LOGICAL_AND share; see tinyml/ops/extremum.py. */
#ifndef TM_EXTREMUM_OF_H
#define TM_EXTREMUM_OF_H

#include "tm_binary.h"
#include "tm_extremum.h"

/* A call of a kernel. */
typedef struct {
  tm_extremum_params params;
  const void *input1;
  const void *input2;
  void *output;
} tm_extremum_call;

/* Add the layer of a kernel, NULL where there is none for the inputs' type: then the operator is refused. */
void tm_extremum_add(tm_interpreter *model, tm_run *run, const tm_binary *binary, int32_t maximum) TM_COLD;

/* Prepare MAXIMUM, or MINIMUM where `maximum` is 0, on int8. */
void tm_extremum_prepare(tm_interpreter *model, int32_t maximum) TM_COLD;

/* The same on int16, int32 and int64. */
void tm_wide_extremum_prepare(tm_interpreter *model, int32_t maximum) TM_COLD;

/* Prepare LOGICAL_OR, or LOGICAL_AND where `either` is 0. */
void tm_logical_prepare(tm_interpreter *model, int32_t either) TM_COLD;

#endif
