/* The comparisons of two values. */
#ifndef TM_COMPARE_H
#define TM_COMPARE_H

#include "tm_broadcast.h"

enum { TM_EQUAL, TM_NOT_EQUAL, TM_GREATER, TM_GREATER_EQUAL, TM_LESS, TM_LESS_EQUAL };

/* Of values that are compared as they are. */
typedef struct {
  TM_BROADCAST_FIELDS
  int32_t comparison; /* one of the above */
} tm_compare_params;

TM_INLINE uint8_t tm_compare(int32_t comparison, int32_t a, int32_t b) {
  switch (comparison) {
    case TM_EQUAL:
      return a == b;
    case TM_NOT_EQUAL:
      return a != b;
    case TM_GREATER:
      return a > b;
    case TM_GREATER_EQUAL:
      return a >= b;
    case TM_LESS:
      return a < b;
    default:
      return a <= b;
  }
}

#endif
