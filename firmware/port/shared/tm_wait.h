/* A wait for bits of a register that ends. */
#ifndef TM_WAIT_H
#define TM_WAIT_H

#include <stdint.h>

/* Reads `register_` up to `polls` times, until its bits under `mask` are `wanted`. Gives whether they came. A
 * macro, as registers have several widths. */
#define TM_WAIT_FOR(register_, mask, wanted, polls)           \
  __extension__({                                             \
    uint32_t left = (polls);                                  \
    while (((register_) & (mask)) != (wanted) && left != 0) { \
      --left;                                                 \
    }                                                         \
    left != 0;                                                \
  })

#endif
