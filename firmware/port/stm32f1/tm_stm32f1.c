/* STM32F1 at up to 24 MHz: clocks, a USART as the console, the core's SysTick as the counter.
 *
 * The chip's timers are 16 bits wide and QEMU has none of them; SysTick has 24 bits in both. QEMU models neither
 * the clock tree nor the pins: the waits end there by their limit, and the rest of the image is the same. */
#include "tm_board.h"
#include "tm_port.h"
#include "tm_stm32.h"
#include "tm_stm32_usart_v1.h"
#include "tm_systick.h"

#define RCC_CR 0x40021000u
#define RCC_CFGR 0x40021004u
/* The register for bus 2 comes first: 0x18; that for bus 1 is at 0x1C. */
#define RCC_APBENR(bus) (0x40021020u - 4u * (bus))
#define RCC_CFGR_PLL (2u << 0)
#define RCC_CFGR_USED (3u << 2)
#define RCC_CFGR_PLL_USED (2u << 2)
#define RCC_CFGR_PLL_FROM_HSE (1u << 16)
#define RCC_CFGR_PLL_TIMES(factor) (((factor)-2u) << 18)
#define RCC_APB2_GPIO(port) (2u + (port))

#define GPIO_BASE(port) (0x40010800u + 0x400u * (port))
#define GPIO_CR(port, pin) (GPIO_BASE(port) + 4u * ((pin) / 8u))
#define GPIO_BSRR(port) (GPIO_BASE(port) + 0x10u)
#define GPIO_CR_ALTERNATE_OUTPUT 0xBu
#define GPIO_CR_INPUT_PULLED 0x8u /* up, as the output register's bit is set */

#define HSI_HZ (8u * TM_MHZ)

/* The PLL multiplies the crystal, or half of the internal oscillator. */
#define PLL_INPUT_HZ TM_STM32_PLL_SOURCE_HZ(HSI_HZ / 2u)
#define PLL_FACTOR (TM_BOARD_CLOCK_HZ / PLL_INPUT_HZ)

#if TM_BOARD_CLOCK_HZ % (PLL_INPUT_HZ) != 0 || PLL_FACTOR < 2u || PLL_FACTOR > 16u
#error "The board's clock must be 2 to 16 times that of its crystal."
#endif
#if TM_BOARD_CLOCK_HZ > 24u * TM_MHZ
#error "The board's clock must be at most 24 MHz: the flash is used without wait states, the buses undivided."
#endif

/* Starts crystal and PLL and runs the core and both buses from it. Returns whether that worked; if not, the chip
 * stays on its internal oscillator, as after a reset. */
static bool start_clock(void) {
  if (!tm_stm32_start_crystal(RCC_CR)) {
    return false;
  }
  TM_REGISTER(RCC_CFGR) = (TM_STM32_HAS_CRYSTAL ? RCC_CFGR_PLL_FROM_HSE : 0u) | RCC_CFGR_PLL_TIMES(PLL_FACTOR);
  if (!tm_stm32_start_pll(RCC_CR)) {
    return false;
  }
  TM_REGISTER(RCC_CFGR) |= RCC_CFGR_PLL;
  if (!tm_stm32_wait_for(RCC_CFGR, RCC_CFGR_USED, RCC_CFGR_PLL_USED)) {
    TM_REGISTER(RCC_CFGR) &= ~RCC_CFGR_PLL;
    return false;
  }
  return true;
}

/* Gives a pin its function, of the four bits that each has, and sets its output. */
static void connect(uint32_t port, uint32_t pin, uint32_t function) {
  const uint32_t shift = 4u * (pin % 8u);
  tm_stm32_enable(RCC_APBENR(2u), RCC_APB2_GPIO(port));
  TM_REGISTER(GPIO_BSRR(port)) = 1u << pin;
  tm_stm32_change(GPIO_CR(port, pin), 0xFu << shift, function << shift);
}

static uint32_t clock_hz;

void tm_port_init(void) {
  clock_hz = start_clock() ? TM_BOARD_CLOCK_HZ : HSI_HZ;
  tm_stm32_enable(RCC_APBENR(TM_BOARD_CONSOLE_APB), TM_BOARD_CONSOLE_ENABLE_BIT);
  connect(TM_BOARD_CONSOLE_TX_PORT, TM_BOARD_CONSOLE_TX_PIN, GPIO_CR_ALTERNATE_OUTPUT);
  connect(TM_BOARD_CONSOLE_RX_PORT, TM_BOARD_CONSOLE_RX_PIN, GPIO_CR_INPUT_PULLED);
  tm_stm32_usart_start(clock_hz);
  tm_systick_start();
}

uint32_t tm_port_clock_hz(void) { return clock_hz; }

uint32_t tm_port_ticks(void) { return tm_systick_ticks(); }

void tm_port_reset(void) {
  tm_stm32_usart_drain();
  tm_cpu_reset();
}
