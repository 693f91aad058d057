/* The larger or the smaller of two values: MAXIMUM and MINIMUM, and with values of 0 and 1 LOGICAL_OR and
 * LOGICAL_AND. */
#ifndef TM_EXTREMUM_H
#define TM_EXTREMUM_H

#include "tm_broadcast.h"

typedef struct {
  TM_BROADCAST_FIELDS
  int32_t maximum; /* 1: the larger value; 0: the smaller one */
} tm_extremum_params;

TM_INLINE int32_t tm_extremum(const tm_extremum_params *params, int32_t a, int32_t b) {
  return params->maximum ? tm_max(a, b) : tm_min(a, b);
}

#endif
