/* STM32F4: clocks, a USART as the console, a 32-bit timer as the counter.
 *
 * QEMU models neither the clock tree nor the pins: the waits below end there by their limit, and the rest of the
 * image is the same. */
#include <stdbool.h>

#include "tm_board.h"
#include "tm_cortex_m.h"
#include "tm_port.h"

#define MHZ 1000000u

#define RCC_BASE 0x40023800u
#define RCC_CR TM_REGISTER(RCC_BASE + 0x00u)
#define RCC_PLLCFGR TM_REGISTER(RCC_BASE + 0x04u)
#define RCC_CFGR TM_REGISTER(RCC_BASE + 0x08u)
#define RCC_AHB1ENR TM_REGISTER(RCC_BASE + 0x30u)
#define RCC_APBENR(bus) TM_REGISTER(RCC_BASE + 0x40u + 4u * ((bus)-1u))
#define RCC_CR_HSE_ON (1u << 16)
#define RCC_CR_HSE_READY (1u << 17)
#define RCC_CR_PLL_ON (1u << 24)
#define RCC_CR_PLL_READY (1u << 25)
#define RCC_PLLCFGR_FROM_HSE (1u << 22)
#define RCC_CFGR_PLL (2u << 0)
#define RCC_CFGR_USED (3u << 2)
#define RCC_CFGR_PLL_USED (2u << 2)
#define RCC_CFGR_APB1_BY_4 (5u << 10)
#define RCC_CFGR_APB2_BY_2 (4u << 13)

#define FLASH_ACR TM_REGISTER(0x40023C00u)
#define FLASH_ACR_PREFETCH_AND_CACHES (7u << 8)
#define FLASH_ACR_LATENCY (0xFu << 0)
#define FLASH_WAIT_STATES 5u /* for 150 to 168 MHz at 2.7 to 3.6 V */

#define GPIO_MODER(port) TM_REGISTER(0x40020000u + 0x400u * (port) + 0x00u)
#define GPIO_PUPDR(port) TM_REGISTER(0x40020000u + 0x400u * (port) + 0x0Cu)
#define GPIO_AFR(port, pin) TM_REGISTER(0x40020000u + 0x400u * (port) + 0x20u + 4u * ((pin) / 8u))
#define GPIO_MODE_ALTERNATE 2u
#define GPIO_PULL_UP 1u

#define USART_SR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x00u)
#define USART_DR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x04u)
#define USART_BRR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x08u)
#define USART_CR1 TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x0Cu)
#define USART_SR_RX_FULL (1u << 5)
#define USART_SR_TX_DONE (1u << 6)
#define USART_CR1_ON ((1u << 13) | (1u << 3) | (1u << 2)) /* the USART, its transmitter and receiver */

#define TIM_CR1 TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x00u)
#define TIM_EGR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x14u)
#define TIM_CNT TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x24u)
#define TIM_PSC TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x28u)
#define TIM_ARR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x2Cu)

#define HSI_HZ (16u * MHZ)
#define PLL_VCO_INPUT_HZ MHZ
#define PLL_OUTPUT_DIVISOR 2u
#define PLL_USB_DIVISOR (PLL_OUTPUT_DIVISOR * TM_BOARD_CLOCK_HZ / (48u * MHZ))
#define CLOCK_WAIT_POLLS 100000u /* at 16 MHz some 40 ms; a crystal needs 2 */

static bool wait_for(volatile const uint32_t *address, uint32_t mask, uint32_t wanted) {
  for (uint32_t polls = 0; polls < CLOCK_WAIT_POLLS; ++polls) {
    if ((*address & mask) == wanted) {
      return true;
    }
  }
  return false;
}

/* Starts crystal and PLL and runs the core from it. Returns whether that worked; if not, the chip stays on its
 * internal 16 MHz oscillator with undivided buses, as after a reset. */
static bool clock_from_crystal(void) {
  RCC_CR |= RCC_CR_HSE_ON;
  if (!wait_for(&RCC_CR, RCC_CR_HSE_READY, RCC_CR_HSE_READY)) {
    return false;
  }
  RCC_PLLCFGR = TM_BOARD_CRYSTAL_HZ / PLL_VCO_INPUT_HZ |
                (TM_BOARD_CLOCK_HZ * PLL_OUTPUT_DIVISOR / PLL_VCO_INPUT_HZ) << 6 |
                (PLL_OUTPUT_DIVISOR / 2u - 1u) << 16 | RCC_PLLCFGR_FROM_HSE | PLL_USB_DIVISOR << 24;
  RCC_CR |= RCC_CR_PLL_ON;
  if (!wait_for(&RCC_CR, RCC_CR_PLL_READY, RCC_CR_PLL_READY)) {
    return false;
  }
  FLASH_ACR = FLASH_ACR_PREFETCH_AND_CACHES | FLASH_WAIT_STATES;
  if (!wait_for(&FLASH_ACR, FLASH_ACR_LATENCY, FLASH_WAIT_STATES)) {
    return false;
  }
  RCC_CFGR = RCC_CFGR_APB1_BY_4 | RCC_CFGR_APB2_BY_2 | RCC_CFGR_PLL;
  if (!wait_for(&RCC_CFGR, RCC_CFGR_USED, RCC_CFGR_PLL_USED)) {
    RCC_CFGR = 0;
    return false;
  }
  return true;
}

static uint32_t console_clock_hz(bool from_crystal) {
  if (!from_crystal) {
    return HSI_HZ;
  }
  return TM_BOARD_CLOCK_HZ / (TM_BOARD_CONSOLE_APB == 1u ? 4u : 2u);
}

/* Connects a pin to its peripheral, pulled up so that an open line reads as idle. */
static void connect(uint32_t port, uint32_t pin) {
  RCC_AHB1ENR |= 1u << port;
  (void)RCC_AHB1ENR; /* the clock takes two cycles to come; reading back waits for it */
  GPIO_AFR(port, pin) |= TM_BOARD_CONSOLE_ALTERNATE_FUNCTION << (4u * (pin % 8u));
  GPIO_PUPDR(port) |= GPIO_PULL_UP << (2u * pin);
  GPIO_MODER(port) |= GPIO_MODE_ALTERNATE << (2u * pin);
}

static uint32_t clock_hz;

void tm_port_init(void) {
  bool from_crystal = clock_from_crystal();
  clock_hz = from_crystal ? TM_BOARD_CLOCK_HZ : HSI_HZ;
  RCC_APBENR(TM_BOARD_CONSOLE_APB) |= 1u << TM_BOARD_CONSOLE_ENABLE_BIT;
  RCC_APBENR(TM_BOARD_COUNTER_APB) |= 1u << TM_BOARD_COUNTER_ENABLE_BIT;
  (void)RCC_APBENR(TM_BOARD_COUNTER_APB);
  connect(TM_BOARD_CONSOLE_TX_PORT, TM_BOARD_CONSOLE_TX_PIN);
  connect(TM_BOARD_CONSOLE_RX_PORT, TM_BOARD_CONSOLE_RX_PIN);

  USART_BRR = (console_clock_hz(from_crystal) + TM_BOARD_CONSOLE_BAUD / 2u) / TM_BOARD_CONSOLE_BAUD;
  USART_CR1 = USART_CR1_ON;

  TIM_PSC = TM_BOARD_COUNTER_PRESCALE - 1u;
  TIM_ARR = UINT32_MAX;
  TIM_EGR = 1u; /* the prescaler is taken over only at an update, so ask for one */
  TIM_CR1 = 1u;
}

uint32_t tm_port_clock_hz(void) { return clock_hz; }

int32_t tm_port_read(void) {
  if ((USART_SR & USART_SR_RX_FULL) == 0) {
    return -1;
  }
  return (int32_t)(USART_DR & 0xFFu);
}

/* Waits until the byte is out, so that a reset needs no wait of its own. */
void tm_port_write(uint8_t byte) {
  USART_DR = byte;
  while ((USART_SR & USART_SR_TX_DONE) == 0) {
  }
}

uint32_t tm_port_ticks(void) { return TIM_CNT; }

void tm_port_reset(void) { tm_cpu_reset(); }
