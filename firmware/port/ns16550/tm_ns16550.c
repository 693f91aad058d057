/* A RISC-V machine whose console is a 16550 UART with registers side by side, such as QEMU's `virt`. */
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
#define UART_DIVISOR (TM_BOARD_CONSOLE_CLOCK_HZ / (16u * TM_BOARD_CONSOLE_BAUD))

void tm_port_init(void) {
  UART_LCR = UART_LCR_DIVISOR;
  UART_DIVISOR_LOW = (uint8_t)UART_DIVISOR;
  UART_DIVISOR_HIGH = (uint8_t)(UART_DIVISOR >> 8);
  UART_LCR = UART_LCR_8N1;
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

void tm_port_reset(void) {
  while ((UART_LSR & UART_LSR_TX_DONE) == 0) {
  }
  tm_cpu_restart();
}
