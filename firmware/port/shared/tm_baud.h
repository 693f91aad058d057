/* Whether a UART's divisor makes a rate that the other end understands. */
#ifndef TM_BAUD_H
#define TM_BAUD_H

#include <stdbool.h>
#include <stdint.h>

/* At the middle of a byte's last bit both ends together may be 5% apart; a fiftieth of the rate is ours. */
#define TM_BAUD_ERRORS 50u

/* `rate` is the one that the divisor makes of the UART's clock, `baud` the one that was asked for. */
static inline bool tm_baud_is_near(uint32_t rate, uint32_t baud) {
  const uint32_t apart = rate > baud ? rate - baud : baud - rate;
  return apart <= baud / TM_BAUD_ERRORS;
}

#endif
