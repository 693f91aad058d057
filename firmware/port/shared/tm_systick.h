/* The core's SysTick as the counter: 24 bits of the core's clock, and an interrupt that counts how often they
 * wrap. */
#ifndef TM_SYSTICK_H
#define TM_SYSTICK_H

#include "tm_board.h"
#include "tm_cortex_m.h"

#define TM_SYSTICK_CSR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x0u)
#define TM_SYSTICK_RVR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x4u)
#define TM_SYSTICK_CVR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x8u)
#define TM_SYSTICK_CSR_ON 7u /* the counter, its interrupt, the core's clock */
#define TM_SYSTICK_MASK ((1u << TM_BOARD_COUNTER_BITS) - 1u)

/* How often SysTick has come down to zero. */
static volatile uint32_t tm_systick_wraps;

static inline void tm_systick_start(void) {
  TM_SYSTICK_RVR = TM_SYSTICK_MASK;
  TM_SYSTICK_CVR = 0;
  TM_SYSTICK_CSR = TM_SYSTICK_CSR_ON;
}

/* In assembly, as the host has to know how many instructions it takes: the board's `wrap_instructions`. */
__attribute__((naked)) void tm_cpu_systick(void) {
  __asm volatile(
      ".syntax unified  \n"
      "ldr r0, =%c0     \n"
      "ldr r1, [r0]     \n"
      "adds r1, r1, #1  \n"
      "str r1, [r0]     \n"
      "bx lr            \n" ::"i"(&tm_systick_wraps));
}

/* The interrupt comes when SysTick reaches zero, and zero is where a turn of this counter begins. Where it comes
 * between the two looks at the wraps, the count tells whether it was before or after SysTick was read. No branch
 * and no second try: reading takes the same time whenever it happens. */
static inline uint32_t tm_systick_ticks(void) {
  const uint32_t before = tm_systick_wraps;
  const uint32_t count = (0u - TM_SYSTICK_CVR) & TM_SYSTICK_MASK;
  const uint32_t after = tm_systick_wraps;
  const uint32_t late = (after - before) & (count >> (TM_BOARD_COUNTER_BITS - 1u));
  return ((after - late) << TM_BOARD_COUNTER_BITS) + count;
}

#endif
