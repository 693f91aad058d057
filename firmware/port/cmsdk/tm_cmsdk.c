/* Arm's Cortex-M System Design Kit on the MPS2 and MPS3: UART and FPGAIO counter. */
#include "tm_baud.h"
#include "tm_board.h"
#include "tm_cortex_m.h"
#define TM_INTERRUPT_SERVES 1u /* QEMU's UART knows no rate */
#include "tm_interrupt.h"
#include "tm_port.h"

#define UART_DATA TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x00u)
#define UART_STATE TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x04u)
#define UART_CTRL TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x08u)
#define UART_BAUDDIV TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x10u)
#define UART_STATE_TX_FULL (1u << 0)
#define UART_STATE_RX_FULL (1u << 1)
#define UART_CTRL_TX_RX_ENABLE (3u << 0)

#define FPGAIO_COUNTER TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x18u)
#define FPGAIO_PRESCALE TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x1Cu)

#ifndef TM_BOARD_CONSOLE_CLOCK_HZ
#define TM_BOARD_CONSOLE_CLOCK_HZ TM_BOARD_CLOCK_HZ
#endif

#define UART_LEAST_DIVISOR 16u

/* The UART holds a byte in its buffer and one on the line, and tells only of the buffer. */
#define UART_DRAIN_TICKS(baud) (2u * 10u * (TM_BOARD_CLOCK_HZ / (baud)) / TM_BOARD_COUNTER_PRESCALE)

static uint32_t console_baud;

void tm_port_init(void) {
  console_baud = TM_BOARD_CONSOLE_BAUD;
  UART_BAUDDIV = TM_BOARD_CONSOLE_CLOCK_HZ / TM_BOARD_CONSOLE_BAUD;
  UART_CTRL = UART_CTRL_TX_RX_ENABLE;
  /* Drops what came earlier. QEMU, which found the receiver off, looks for input again only after a read. */
  (void)UART_DATA;
  FPGAIO_PRESCALE = TM_BOARD_COUNTER_PRESCALE - 1u;
}

uint32_t tm_port_clock_hz(void) { return TM_BOARD_CLOCK_HZ; }

int32_t tm_port_read(void) {
  if ((UART_STATE & UART_STATE_RX_FULL) == 0) {
    return -1;
  }
  return (int32_t)(UART_DATA & 0xFFu);
}

bool tm_port_can_write(void) { return (UART_STATE & UART_STATE_TX_FULL) == 0; }

void tm_port_write(uint8_t byte) {
  while (!tm_port_can_write()) {
  }
  UART_DATA = byte;
}

uint32_t tm_port_ticks(void) { return FPGAIO_COUNTER; }

static void drain(void) {
  uint32_t start = tm_port_ticks();
  while (tm_port_ticks() - start < UART_DRAIN_TICKS(console_baud)) {
  }
}

bool tm_port_baud(uint32_t baud, bool now) {
  const uint32_t asked = baud == 0 ? TM_BOARD_CONSOLE_BAUD : baud;
  const uint32_t divisor = TM_BOARD_CONSOLE_CLOCK_HZ / asked;
  if (divisor < UART_LEAST_DIVISOR || !tm_baud_is_near(TM_BOARD_CONSOLE_CLOCK_HZ / divisor, asked)) {
    return false;
  }
  if (now) {
    drain();
    UART_BAUDDIV = divisor;
    console_baud = asked;
  }
  return true;
}

#ifdef TM_BOARD_WATCHDOG_BASE
#define WATCHDOG_LOAD TM_REGISTER(TM_BOARD_WATCHDOG_BASE + 0x00u)
#define WATCHDOG_CONTROL TM_REGISTER(TM_BOARD_WATCHDOG_BASE + 0x08u)
#define WATCHDOG_CLEAR TM_REGISTER(TM_BOARD_WATCHDOG_BASE + 0x0Cu)
#define WATCHDOG_LOCK TM_REGISTER(TM_BOARD_WATCHDOG_BASE + 0xC00u)
#define WATCHDOG_UNLOCK 0x1ACCE551u
#define WATCHDOG_CONTROL_INTERRUPT 1u

/* Its interrupt is the NMI, which resets the machine once the report is kept. The watchdog itself is not to do so:
 * in QEMU its counter goes on while it is off, and a reset that fell due then would come as soon as it is on. */
bool tm_port_watchdog(uint32_t milliseconds) {
  const uint64_t ticks = (uint64_t)milliseconds * TM_BOARD_WATCHDOG_CLOCK_HZ / 1000u;
  if (ticks > UINT32_MAX) {
    return false;
  }
  WATCHDOG_LOCK = WATCHDOG_UNLOCK;
  WATCHDOG_CONTROL = 0;
  if (milliseconds != 0) {
    WATCHDOG_LOAD = (uint32_t)ticks;
    WATCHDOG_CLEAR = 1; /* an interrupt that fell due then */
    WATCHDOG_CONTROL = WATCHDOG_CONTROL_INTERRUPT;
  }
  return true;
}
#endif

void tm_port_reset(void) {
  drain();
  tm_cpu_reset();
}
