/* A timer of Nordic's nRF51, nRF52 and nRF53 as the counter. Of the timers TIMER0 is 32 bits wide on each of them.
 * It counts 16 MHz, divided by a power of two. */
#ifndef TM_NRF_TIMER_H
#define TM_NRF_TIMER_H

#include "tm_board.h"
#include "tm_cortex_m.h"

#define TM_TIMER_START TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x000u)
#define TM_TIMER_CAPTURE0 TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x040u)
#define TM_TIMER_MODE TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x504u)
#define TM_TIMER_BITMODE TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x508u)
#define TM_TIMER_PRESCALER TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x510u)
#define TM_TIMER_CC0 TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x540u)
#define TM_TIMER_MODE_TIMER 0u
#define TM_TIMER_BITMODE_32 3u

static inline void tm_nrf_timer_start(void) {
  TM_TIMER_MODE = TM_TIMER_MODE_TIMER;
  TM_TIMER_BITMODE = TM_TIMER_BITMODE_32;
  TM_TIMER_PRESCALER = (uint32_t)__builtin_ctz(TM_BOARD_COUNTER_PRESCALE); /* the logarithm of a power of two */
  TM_TIMER_START = 1u;
}

static inline uint32_t tm_nrf_timer_ticks(void) {
  TM_TIMER_CAPTURE0 = 1u;
  return TM_TIMER_CC0;
}

#endif
