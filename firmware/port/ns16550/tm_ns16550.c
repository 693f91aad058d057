/* A RISC-V machine whose console is a 16550 UART with registers side by side, such as QEMU's `virt`. */
#include "tm_baud.h"
#include "tm_board.h"
#include "tm_port.h"
#include "tm_riscv.h"

#define UART_DATA TM_REGISTER8(TM_BOARD_CONSOLE_BASE + 0u)
#define UART_DIVISOR_LOW TM_REGISTER8(TM_BOARD_CONSOLE_BASE + 0u) /* these two while UART_LCR_DIVISOR is set */
#define UART_DIVISOR_HIGH TM_REGISTER8(TM_BOARD_CONSOLE_BASE + 1u)
#define UART_FCR TM_REGISTER8(TM_BOARD_CONSOLE_BASE + 2u)
#define UART_LCR TM_REGISTER8(TM_BOARD_CONSOLE_BASE + 3u)
#define UART_LSR TM_REGISTER8(TM_BOARD_CONSOLE_BASE + 5u)
#define UART_FCR_ENABLE_AND_CLEAR 7u
#define UART_LCR_8N1 3u
#define UART_LCR_DIVISOR (1u << 7)
#define UART_LSR_RX_FULL (1u << 0)
#define UART_LSR_TX_EMPTY (1u << 5)
#define UART_LSR_TX_DONE (1u << 6)
#define UART_CLOCKS_A_BIT 16u
#define UART_MOST_DIVISOR 0xFFFFu

static void set_divisor(uint32_t divisor) {
  UART_LCR = UART_LCR_DIVISOR;
  UART_DIVISOR_LOW = (uint8_t)divisor;
  UART_DIVISOR_HIGH = (uint8_t)(divisor >> 8);
  UART_LCR = UART_LCR_8N1;
}

static void drain(void) {
  while ((UART_LSR & UART_LSR_TX_DONE) == 0) {
  }
}

void tm_port_init(void) {
  set_divisor(TM_BOARD_CONSOLE_CLOCK_HZ / (UART_CLOCKS_A_BIT * TM_BOARD_CONSOLE_BAUD));
  UART_FCR = UART_FCR_ENABLE_AND_CLEAR;
  /* QEMU, where a byte that came earlier filled the UART, looks for input again only after a read. */
  (void)UART_DATA;
}

uint32_t tm_port_clock_hz(void) { return TM_BOARD_CLOCK_HZ; }

int32_t tm_port_read(void) { return (UART_LSR & UART_LSR_RX_FULL) != 0 ? (int32_t)UART_DATA : -1; }

void tm_port_write(uint8_t byte) {
  while ((UART_LSR & UART_LSR_TX_EMPTY) == 0) {
  }
  UART_DATA = byte;
}

bool tm_port_baud(uint32_t baud, bool now) {
  const uint32_t asked = baud == 0 ? TM_BOARD_CONSOLE_BAUD : baud;
  const uint32_t clock_hz = TM_BOARD_CONSOLE_CLOCK_HZ / UART_CLOCKS_A_BIT;
  const uint32_t divisor = clock_hz / asked;
  if (divisor == 0 || divisor > UART_MOST_DIVISOR || !tm_baud_is_near(clock_hz / divisor, asked)) {
    return false;
  }
  if (now) {
    drain();
    set_divisor(divisor);
  }
  return true;
}

void tm_port_reset(void) {
  drain();
  tm_cpu_restart();
}
