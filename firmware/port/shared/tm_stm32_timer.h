/* A 32-bit timer of an STM32 (TIM2 or TIM5) as the counter. Has the port's tm_port_ticks. */
#ifndef TM_STM32_TIMER_H
#define TM_STM32_TIMER_H

#include "tm_port.h"
#include "tm_stm32.h"

#define TM_STM32_TIM_CR1 (TM_BOARD_COUNTER_BASE + 0x00u)
#define TM_STM32_TIM_EGR (TM_BOARD_COUNTER_BASE + 0x14u)
#define TM_STM32_TIM_CNT (TM_BOARD_COUNTER_BASE + 0x24u)
#define TM_STM32_TIM_PSC (TM_BOARD_COUNTER_BASE + 0x28u)
#define TM_STM32_TIM_ARR (TM_BOARD_COUNTER_BASE + 0x2Cu)

static inline void tm_stm32_timer_start(void) {
  TM_REGISTER(TM_STM32_TIM_PSC) = TM_BOARD_COUNTER_PRESCALE - 1u;
  TM_REGISTER(TM_STM32_TIM_ARR) = UINT32_MAX;
  TM_REGISTER(TM_STM32_TIM_EGR) = 1u; /* the prescaler is taken over only at an update, so ask for one */
  TM_REGISTER(TM_STM32_TIM_CR1) = 1u;
}

uint32_t tm_port_ticks(void) { return TM_REGISTER(TM_STM32_TIM_CNT); }

#endif
