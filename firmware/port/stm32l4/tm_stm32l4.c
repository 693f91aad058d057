/* STM32L4 and L4+: clocks, a USART or the low-power UART as the console, a 32-bit timer as the counter. */
#include "tm_board.h"
#include "tm_interrupt.h"
#include "tm_port.h"
#include "tm_stm32_gpio.h"
#include "tm_stm32_rcc_l4.h"
#include "tm_stm32_timer.h"
#include "tm_stm32_usart_v2.h"

#define GPIO_BASE 0x48000000u
#define FLASH_ACR_PREFETCH_AND_CACHES (7u << 8)

/* Only the L4+ goes beyond 80 MHz, and there only with its voltage boosted. */
#define HIGHEST_HZ (120u * TM_MHZ)
#define BOOST (TM_BOARD_CLOCK_HZ > 80u * TM_MHZ)
#define PWR_CR5 0x40007080u
#define PWR_CR5_NO_BOOST (1u << 8)
#define FLASH_HZ_PER_WAIT_STATE ((BOOST ? 20u : 16u) * TM_MHZ)
#define FLASH_WAIT_STATES ((TM_BOARD_CLOCK_HZ - 1u) / FLASH_HZ_PER_WAIT_STATE)

#if TM_BOARD_CLOCK_HZ > HIGHEST_HZ
#error "The board's clock must be at most 120 MHz."
#endif

/* After a reset the voltage is in range 1, which is enough up to 80 MHz. */
static bool raise_voltage(void) {
  if (!BOOST) {
    return true;
  }
  tm_stm32_enable_power_control();
  TM_REGISTER(PWR_CR5) &= ~PWR_CR5_NO_BOOST;
  return tm_stm32_wait_for_voltage();
}

static uint32_t clock_hz;

void tm_port_init(void) {
  const bool fast = raise_voltage() && tm_stm32_start_clock(FLASH_WAIT_STATES, FLASH_ACR_PREFETCH_AND_CACHES);
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
