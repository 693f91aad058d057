/* The core's SysTick as the counter of an STM32F1: the chip's timers are 16 bits wide and QEMU has none of them;
 * SysTick has 24 bits in both. */
#include "tm_board.h"
#include "tm_cortex_m.h"
#include "tm_port.h"
#include "tm_stm32f1.h"

#define SYSTICK_CSR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x0u)
#define SYSTICK_RVR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x4u)
#define SYSTICK_CVR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x8u)
#define SYSTICK_CSR_ON 7u /* the counter, its interrupt, the core's clock */
#define SYSTICK_MASK ((1u << TM_BOARD_COUNTER_BITS) - 1u)

void tm_stm32f1_start_ticks(void) {
  SYSTICK_RVR = SYSTICK_MASK;
  SYSTICK_CVR = 0;
  SYSTICK_CSR = SYSTICK_CSR_ON;
}

/* How often SysTick has come down to zero. */
static volatile uint32_t wraps;

/* In assembly, as the host has to know how many instructions it takes: the board's `wrap_instructions`. */
__attribute__((naked)) void tm_cpu_systick(void) {
  __asm volatile(
      ".syntax unified  \n"
      "ldr r0, =%c0     \n"
      "ldr r1, [r0]     \n"
      "adds r1, r1, #1  \n"
      "str r1, [r0]     \n"
      "bx lr            \n" ::"i"(&wraps));
}

/* The interrupt comes when SysTick reaches zero, and zero is where a turn of this counter begins. Where it comes
 * between the two looks at `wraps`, the count tells whether it was before or after SysTick was read. No branch and
 * no second try: reading takes the same time whenever it happens. */
uint32_t tm_port_ticks(void) {
  const uint32_t before = wraps;
  const uint32_t count = (0u - SYSTICK_CVR) & SYSTICK_MASK;
  const uint32_t after = wraps;
  const uint32_t late = (after - before) & (count >> (TM_BOARD_COUNTER_BITS - 1u));
  return ((after - late) << TM_BOARD_COUNTER_BITS) + count;
}
