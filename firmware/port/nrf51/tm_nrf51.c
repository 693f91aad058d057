/* Nordic nRF51: crystal, UART as the console, TIMER0 as the counter.
 *
 * QEMU models neither clocks nor pins, and the rest of the image is the same. */
#include "tm_board.h"
#include "tm_cortex_m.h"
#include "tm_nrf_timer.h"
#include "tm_port.h"

#define CLOCK_HFCLK_START TM_REGISTER(0x40000000u)
#define CLOCK_HFCLK_STARTED TM_REGISTER(0x40000100u)
#define CLOCK_WAIT_POLLS 20000u /* some 10 ms; a crystal needs 1 */

#define GPIO_OUTSET TM_REGISTER(0x50000508u)
#define GPIO_PIN_CNF(pin) TM_REGISTER(0x50000700u + 4u * (pin))
#define GPIO_OUTPUT (3u << 0) /* with the input buffer disconnected */
#define GPIO_INPUT_PULL_UP (3u << 2)

#define UART_START_RX TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x000u)
#define UART_START_TX TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x008u)
#define UART_RX_READY TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x108u)
#define UART_TX_READY TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x11Cu)
#define UART_ENABLE TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x500u)
#define UART_PIN_TX TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x50Cu)
#define UART_PIN_RX TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x514u)
#define UART_RXD TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x518u)
#define UART_TXD TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x51Cu)
#define UART_BAUDRATE TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x524u)
#define UART_ENABLE_ON 4u

/* The rate is a fraction of 16 MHz in 2^-32, of which the register keeps the upper 20 bits. */
#define UART_BAUDRATE_VALUE \
  ((uint32_t)((((uint64_t)TM_BOARD_CONSOLE_BAUD << 32) / 16000000u + 0x800u) & 0xFFFFF000u))

/* Until the crystal runs, the chip's own oscillator is a percent off, which a UART bears. */
static void start_crystal(void) {
  CLOCK_HFCLK_STARTED = 0;
  CLOCK_HFCLK_START = 1u;
  for (uint32_t polls = 0; polls < CLOCK_WAIT_POLLS && CLOCK_HFCLK_STARTED == 0; ++polls) {
  }
}

void tm_port_init(void) {
  start_crystal();
  GPIO_OUTSET = 1u << TM_BOARD_CONSOLE_TX_PIN; /* an idle line is high */
  GPIO_PIN_CNF(TM_BOARD_CONSOLE_TX_PIN) = GPIO_OUTPUT;
  GPIO_PIN_CNF(TM_BOARD_CONSOLE_RX_PIN) = GPIO_INPUT_PULL_UP;
  UART_PIN_TX = TM_BOARD_CONSOLE_TX_PIN;
  UART_PIN_RX = TM_BOARD_CONSOLE_RX_PIN;
  UART_BAUDRATE = UART_BAUDRATE_VALUE;
  UART_ENABLE = UART_ENABLE_ON;
  UART_START_RX = 1u;
  UART_START_TX = 1u;
  tm_nrf_timer_start();
}

uint32_t tm_port_clock_hz(void) { return TM_BOARD_CLOCK_HZ; }

int32_t tm_port_read(void) {
  if (UART_RX_READY == 0) {
    return -1;
  }
  UART_RX_READY = 0; /* before the byte is read, as the next one in the queue then sets it again */
  return (int32_t)(UART_RXD & 0xFFu);
}

/* Waits until the byte is out, so that a reset needs no wait of its own. */
void tm_port_write(uint8_t byte) {
  UART_TX_READY = 0;
  UART_TXD = byte;
  while (UART_TX_READY == 0) {
  }
}

uint32_t tm_port_ticks(void) { return tm_nrf_timer_ticks(); }

void tm_port_reset(void) { tm_cpu_reset(); }
