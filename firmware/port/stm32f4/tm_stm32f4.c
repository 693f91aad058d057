/* STM32F4: clocks, a USART as the console, a 32-bit timer as the counter.
 *
 * QEMU models neither the clock tree nor the pins: the waits end there by their limit, and the rest of the image
 * is the same. */
#include "tm_board.h"
#include "tm_interrupt.h"
#include "tm_port.h"
#include "tm_stm32_gpio.h"
#include "tm_stm32_rcc_f4.h"
#include "tm_stm32_timer.h"
#include "tm_stm32_usart_v1.h"

#define GPIO_BASE 0x40020000u
#define OVER_DRIVE_HZ (168u * TM_MHZ) /* what the family's chips reach without; those that go beyond have it */
#define FLASH_ACR_PREFETCH_AND_CACHES (7u << 8)

static uint32_t clock_hz;

void tm_port_init(void) {
  clock_hz =
      tm_stm32_start_clock(OVER_DRIVE_HZ, FLASH_ACR_PREFETCH_AND_CACHES) ? TM_BOARD_CLOCK_HZ : TM_STM32_HSI_HZ;
  tm_stm32_enable(TM_STM32_RCC_APBENR(TM_BOARD_CONSOLE_APB), TM_BOARD_CONSOLE_ENABLE_BIT);
  tm_stm32_enable(TM_STM32_RCC_APBENR(TM_BOARD_COUNTER_APB), TM_BOARD_COUNTER_ENABLE_BIT);
  tm_stm32_connect_console(GPIO_BASE, TM_STM32_RCC_AHB1ENR);
  tm_stm32_usart_start(tm_stm32_console_clock_hz(clock_hz));
  tm_stm32_timer_start();
}

uint32_t tm_port_clock_hz(void) { return clock_hz; }

void tm_port_reset(void) {
  tm_stm32_usart_drain();
  tm_cpu_reset();
}
