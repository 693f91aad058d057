/* STM32F1: clocks, a USART as the console, the core's SysTick as the counter.
 *
 * The chip's timers are 16 bits wide and QEMU has none of them; SysTick has 24 bits in both. QEMU models neither
 * the clock tree nor the pins: the waits below end there by their limit, and the rest of the image is the same. */
#include <stdbool.h>

#include "tm_board.h"
#include "tm_cortex_m.h"
#include "tm_port.h"

#define MHZ 1000000u

#define RCC_BASE 0x40021000u
#define RCC_CR TM_REGISTER(RCC_BASE + 0x00u)
#define RCC_CFGR TM_REGISTER(RCC_BASE + 0x04u)
/* The register for bus 2 comes first: 0x18; that for bus 1 is at 0x1C. */
#define RCC_APBENR(bus) TM_REGISTER(RCC_BASE + 0x20u - 4u * (bus))
#define RCC_CR_HSE_ON (1u << 16)
#define RCC_CR_HSE_READY (1u << 17)
#define RCC_CR_PLL_ON (1u << 24)
#define RCC_CR_PLL_READY (1u << 25)
#define RCC_CFGR_PLL (2u << 0)
#define RCC_CFGR_USED (3u << 2)
#define RCC_CFGR_PLL_USED (2u << 2)
#define RCC_CFGR_PLL_FROM_HSE (1u << 16)
#define RCC_CFGR_PLL_TIMES(factor) (((factor)-2u) << 18)
#define RCC_APB2_GPIO(port) (1u << (2u + (port)))

#define GPIO_BASE(port) (0x40010800u + 0x400u * (port))
#define GPIO_CR(port, pin) TM_REGISTER(GPIO_BASE(port) + 4u * ((pin) / 8u))
#define GPIO_BSRR(port) TM_REGISTER(GPIO_BASE(port) + 0x10u)
#define GPIO_CR_ALTERNATE_OUTPUT 0xBu
#define GPIO_CR_INPUT_PULLED 0x8u /* up, as the output register's bit is set */

#define USART_SR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x00u)
#define USART_DR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x04u)
#define USART_BRR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x08u)
#define USART_CR1 TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x0Cu)
#define USART_SR_RX_FULL (1u << 5)
#define USART_SR_TX_DONE (1u << 6)
#define USART_CR1_ON ((1u << 13) | (1u << 3) | (1u << 2)) /* the USART, its transmitter and receiver */

#define SYSTICK_CSR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x0u)
#define SYSTICK_RVR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x4u)
#define SYSTICK_CVR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x8u)
#define SYSTICK_CSR_ON 7u /* the counter, its interrupt, the core's clock */
#define SYSTICK_MASK ((1u << TM_BOARD_COUNTER_BITS) - 1u)

#define HSI_HZ (8u * MHZ)
#define CLOCK_WAIT_POLLS 100000u /* at 8 MHz some 80 ms; a crystal needs 2 */

static bool wait_for(volatile const uint32_t *address, uint32_t mask, uint32_t wanted) {
  for (uint32_t polls = 0; polls < CLOCK_WAIT_POLLS; ++polls) {
    if ((*address & mask) == wanted) {
      return true;
    }
  }
  return false;
}

/* Starts crystal and PLL and runs the core and both buses from it, at up to 24 MHz, which needs no wait states.
 * Returns whether that worked; if not, the chip stays on its internal oscillator, as after a reset. */
static bool clock_from_crystal(void) {
  RCC_CR |= RCC_CR_HSE_ON;
  if (!wait_for(&RCC_CR, RCC_CR_HSE_READY, RCC_CR_HSE_READY)) {
    return false;
  }
  RCC_CFGR = RCC_CFGR_PLL_FROM_HSE | RCC_CFGR_PLL_TIMES(TM_BOARD_CLOCK_HZ / TM_BOARD_CRYSTAL_HZ);
  RCC_CR |= RCC_CR_PLL_ON;
  if (!wait_for(&RCC_CR, RCC_CR_PLL_READY, RCC_CR_PLL_READY)) {
    return false;
  }
  RCC_CFGR |= RCC_CFGR_PLL;
  return wait_for(&RCC_CFGR, RCC_CFGR_USED, RCC_CFGR_PLL_USED);
}

/* Gives a pin its function, of the four bits that each has, and sets its output. */
static void connect(uint32_t port, uint32_t pin, uint32_t function) {
  RCC_APBENR(2u) |= RCC_APB2_GPIO(port);
  (void)RCC_APBENR(2u); /* the clock takes two cycles to come; reading back waits for it */
  const uint32_t shift = 4u * (pin % 8u);
  GPIO_BSRR(port) = 1u << pin;
  GPIO_CR(port, pin) = (GPIO_CR(port, pin) & ~(0xFu << shift)) | function << shift;
}

static uint32_t clock_hz;

void tm_port_init(void) {
  clock_hz = clock_from_crystal() ? TM_BOARD_CLOCK_HZ : HSI_HZ;
  RCC_APBENR(TM_BOARD_CONSOLE_APB) |= 1u << TM_BOARD_CONSOLE_ENABLE_BIT;
  (void)RCC_APBENR(TM_BOARD_CONSOLE_APB);
  connect(TM_BOARD_CONSOLE_TX_PORT, TM_BOARD_CONSOLE_TX_PIN, GPIO_CR_ALTERNATE_OUTPUT);
  connect(TM_BOARD_CONSOLE_RX_PORT, TM_BOARD_CONSOLE_RX_PIN, GPIO_CR_INPUT_PULLED);

  USART_BRR = (clock_hz + TM_BOARD_CONSOLE_BAUD / 2u) / TM_BOARD_CONSOLE_BAUD;
  USART_CR1 = USART_CR1_ON;

  SYSTICK_RVR = SYSTICK_MASK;
  SYSTICK_CVR = 0;
  SYSTICK_CSR = SYSTICK_CSR_ON;
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

void tm_port_reset(void) { tm_cpu_reset(); }
