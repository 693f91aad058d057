/* STM32L5 with TrustZone off, as it is delivered (option bit TZEN = 0): instruction cache, clocks, a USART or the
 * low-power UART as the console, a 32-bit timer as the counter. */
#include "tm_board.h"
#include "tm_interrupt.h"
#include "tm_port.h"
#include "tm_stm32_gpio.h"
#include "tm_stm32_rcc_l4.h"
#include "tm_stm32_timer.h"
#include "tm_stm32_usart_v2.h"

#define GPIO_BASE 0x42020000u

#define ICACHE_CR 0x40030400u
#define ICACHE_SR 0x40030404u
#define ICACHE_CR_ON (1u << 0)
#define ICACHE_SR_BUSY (1u << 0)

#define FLASH_ACR_PLAIN 0u
#define FLASH_WAIT_STATES ((TM_BOARD_CLOCK_HZ - 1u) / (20u * TM_MHZ))

#define PWR_CR1_RANGE (3u << 9)
#define PWR_CR1_RANGE_0 (0u << 9)

#if TM_BOARD_CLOCK_HZ > 110u * TM_MHZ
#error "The board's clock must be at most 110 MHz."
#endif

/* The cache empties itself after a reset; it serves flash, which answers after several cycles. Should it stay
 * busy, the image runs without it. */
static void enable_instruction_cache(void) {
  if (tm_stm32_wait_for(ICACHE_SR, ICACHE_SR_BUSY, 0)) {
    TM_REGISTER(ICACHE_CR) |= ICACHE_CR_ON;
  }
}

/* After a reset the voltage is in range 2, for up to 26 MHz; range 0 is for the highest clocks. */
static bool raise_voltage(void) {
  tm_stm32_enable_power_control();
  tm_stm32_change(TM_STM32_PWR_CR1, PWR_CR1_RANGE, PWR_CR1_RANGE_0);
  return tm_stm32_wait_for_voltage();
}

static uint32_t clock_hz;

void tm_port_init(void) {
  enable_instruction_cache();
  const bool fast = raise_voltage() && tm_stm32_start_clock(FLASH_WAIT_STATES, FLASH_ACR_PLAIN);
  clock_hz = fast ? TM_BOARD_CLOCK_HZ : TM_STM32_MSI_HZ;
  tm_stm32_enable(TM_STM32_RCC_APBENR(TM_BOARD_CONSOLE_APB), TM_BOARD_CONSOLE_ENABLE_BIT);
  tm_stm32_enable(TM_STM32_RCC_APBENR(TM_BOARD_COUNTER_APB), TM_BOARD_COUNTER_ENABLE_BIT);
  tm_stm32_supply_console();
  tm_stm32_connect_console(GPIO_BASE, TM_STM32_RCC_AHB2ENR);
  tm_stm32_usart_start(clock_hz, TM_STM32_CONSOLE_STEPS);
  tm_stm32_timer_start();
}

uint32_t tm_port_clock_hz(void) { return clock_hz; }

void tm_port_reset(void) {
  tm_stm32_usart_drain();
  tm_cpu_reset();
}
