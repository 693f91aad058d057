/* What MAXIMUM, MINIMUM, LOGICAL_OR and LOGICAL_AND share; see tinyml/ops/extremum.py. */
#ifndef TM_EXTREMUM_OF_H
#define TM_EXTREMUM_OF_H

#include "tm_binary.h"

/* Prepare MAXIMUM (1) or MINIMUM (0). */
void tm_extremum_prepare(tm_interpreter *model, int32_t maximum) TM_COLD;

/* Prepare LOGICAL_OR (1) or LOGICAL_AND (0). */
void tm_logical_prepare(tm_interpreter *model, int32_t either) TM_COLD;

#endif
