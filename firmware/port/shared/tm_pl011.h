/* Arm's PrimeCell UART PL011 as the console, with its queues of 16 bytes or more. */
#ifndef TM_PL011_H
#define TM_PL011_H

#include "tm_board.h"
#include "tm_cortex_m.h"
#include "tm_wait.h"

#define TM_PL011_DR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x00u)
#define TM_PL011_FR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x18u)
#define TM_PL011_IBRD TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x24u)
#define TM_PL011_FBRD TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x28u)
#define TM_PL011_LCR_H TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x2Cu)
#define TM_PL011_CR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x30u)
#define TM_PL011_FR_BUSY (1u << 3)
#define TM_PL011_FR_RX_EMPTY (1u << 4)
#define TM_PL011_FR_TX_FULL (1u << 5)
#define TM_PL011_LCR_H_8N1_QUEUED (3u << 5 | 1u << 4)
#define TM_PL011_CR_ON (1u << 9 | 1u << 8 | 1u << 0) /* receiver, transmitter, the UART */
#define TM_PL011_DRAIN_POLLS 1000000u                /* 33 bytes take 3 ms at 115200 baud */

/* `clock_hz` is what the UART divides. */
static inline void tm_pl011_start(uint32_t clock_hz) {
  /* In 64ths; a bit lasts 16 of the divided clock's periods. */
  const uint32_t divisor = (clock_hz * 4u + TM_BOARD_CONSOLE_BAUD / 2u) / TM_BOARD_CONSOLE_BAUD;
  TM_PL011_CR = 0;
  TM_PL011_IBRD = divisor >> 6;
  TM_PL011_FBRD = divisor & 63u;
  TM_PL011_LCR_H = TM_PL011_LCR_H_8N1_QUEUED; /* after the divisor, which is taken over with this write */
  TM_PL011_CR = TM_PL011_CR_ON;
  /* Drops what came earlier. QEMU, which found the UART full, looks for input again only after a read. */
  (void)TM_PL011_DR;
}

static inline int32_t tm_pl011_read(void) {
  if ((TM_PL011_FR & TM_PL011_FR_RX_EMPTY) != 0) {
    return -1;
  }
  return (int32_t)(TM_PL011_DR & 0xFFu);
}

static inline void tm_pl011_write(uint8_t byte) {
  while ((TM_PL011_FR & TM_PL011_FR_TX_FULL) != 0) {
  }
  TM_PL011_DR = byte;
}

/* Waits until all bytes are out. */
static inline void tm_pl011_drain(void) {
  (void)TM_WAIT_FOR(TM_PL011_FR, TM_PL011_FR_BUSY, 0, TM_PL011_DRAIN_POLLS);
}

#endif
