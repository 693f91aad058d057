/* The UARTE of Nordic's nRF52 and nRF53 as the console: a UART that reads and writes RAM by itself (EasyDMA).
 *
 * The receiver gets a buffer of one byte at a time. A longer buffer would hold bytes back, as its event comes only
 * when it is full; counting the bytes with a second timer through PPI would tell of them earlier, but needs a
 * restart of the buffer at its end without losing count, which Renode 1.16 does not model (no SHORTS register).
 * While a byte waits to be read, the UARTE's own queue takes the next ones: five bytes, 434 us at 115200 baud.
 * That is the longest pause between two reads that loses nothing; the runtime reads a request without any. */
#ifndef TM_NRF_UARTE_H
#define TM_NRF_UARTE_H

#include <stdbool.h>

#include "tm_board.h"
#include "tm_cortex_m.h"

/* `gpio` is the address of port 0's OUT register less 4; from there both families agree. */
#define TM_NRF_GPIO(gpio, port) ((gpio) + 0x300u * (port))
#define TM_NRF_GPIO_OUTSET(gpio, port) TM_REGISTER(TM_NRF_GPIO(gpio, port) + 0x008u)
#define TM_NRF_GPIO_PIN_CNF(gpio, port, pin) TM_REGISTER(TM_NRF_GPIO(gpio, port) + 0x200u + 4u * (pin))
#define TM_NRF_GPIO_OUTPUT (3u << 0) /* with the input buffer disconnected */
#define TM_NRF_GPIO_INPUT_PULL_UP (3u << 2)

#define TM_UARTE_START_RX TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x000u)
#define TM_UARTE_STOP_RX TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x004u)
#define TM_UARTE_START_TX TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x008u)
#define TM_UARTE_RX_DONE TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x110u)
#define TM_UARTE_TX_DONE TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x120u)
#define TM_UARTE_RX_STOPPED TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x144u)
#define TM_UARTE_ENABLE TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x500u)
#define TM_UARTE_PIN_TX TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x50Cu)
#define TM_UARTE_PIN_RX TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x514u)
#define TM_UARTE_BAUDRATE TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x524u)
#define TM_UARTE_RX_POINTER TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x534u)
#define TM_UARTE_RX_LENGTH TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x538u)
#define TM_UARTE_TX_POINTER TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x544u)
#define TM_UARTE_TX_LENGTH TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x548u)
#define TM_UARTE_ENABLE_ON 8u
#define TM_UARTE_PIN(port, pin) ((port) << 5 | (pin))
#define TM_UARTE_STOP_POLLS 100000u /* some 10 ms; up to four bytes may still come, 0.4 ms */

/* The manual gives values instead of a formula. */
#if TM_BOARD_CONSOLE_BAUD == 115200u
#define TM_UARTE_BAUDRATE_VALUE 0x01D60000u
#elif TM_BOARD_CONSOLE_BAUD == 1000000u
#define TM_UARTE_BAUDRATE_VALUE 0x10000000u
#else
#error "the port knows no value of the UARTE's BAUDRATE for this rate"
#endif

/* In RAM, as the UARTE cannot read flash. */
static volatile uint8_t tm_uarte_received;
static volatile uint8_t tm_uarte_sent;
static bool tm_uarte_sending; /* a byte, or one is out */

static inline void tm_nrf_uarte_start(uint32_t gpio) {
  TM_NRF_GPIO_OUTSET(gpio, TM_BOARD_CONSOLE_TX_PORT) = 1u << TM_BOARD_CONSOLE_TX_PIN; /* an idle line is high */
  TM_NRF_GPIO_PIN_CNF(gpio, TM_BOARD_CONSOLE_TX_PORT, TM_BOARD_CONSOLE_TX_PIN) = TM_NRF_GPIO_OUTPUT;
  TM_NRF_GPIO_PIN_CNF(gpio, TM_BOARD_CONSOLE_RX_PORT, TM_BOARD_CONSOLE_RX_PIN) = TM_NRF_GPIO_INPUT_PULL_UP;
  TM_UARTE_PIN_TX = TM_UARTE_PIN(TM_BOARD_CONSOLE_TX_PORT, TM_BOARD_CONSOLE_TX_PIN);
  TM_UARTE_PIN_RX = TM_UARTE_PIN(TM_BOARD_CONSOLE_RX_PORT, TM_BOARD_CONSOLE_RX_PIN);
  TM_UARTE_BAUDRATE = TM_UARTE_BAUDRATE_VALUE;
  TM_UARTE_ENABLE = TM_UARTE_ENABLE_ON;
  TM_UARTE_RX_POINTER = (uint32_t)(uintptr_t)&tm_uarte_received;
  TM_UARTE_RX_LENGTH = 1u;
  TM_UARTE_TX_POINTER = (uint32_t)(uintptr_t)&tm_uarte_sent;
  TM_UARTE_TX_LENGTH = 1u;
  TM_UARTE_RX_DONE = 0;
  TM_UARTE_START_RX = 1u;
}

/* The event is cleared before the restart, as the next byte in the queue then sets it again at once. */
static inline int32_t tm_nrf_uarte_read(void) {
  if (TM_UARTE_RX_DONE == 0) {
    return -1;
  }
  const uint8_t byte = tm_uarte_received;
  TM_UARTE_RX_DONE = 0;
  TM_UARTE_START_RX = 1u;
  return byte;
}

static inline bool tm_nrf_uarte_can_write(void) { return !tm_uarte_sending || TM_UARTE_TX_DONE != 0; }

static inline void tm_nrf_uarte_drain(void) {
  while (!tm_nrf_uarte_can_write()) {
  }
}

/* Waits until the byte before it is out, as there is one place for both. */
static inline void tm_nrf_uarte_write(uint8_t byte) {
  tm_nrf_uarte_drain();
  tm_uarte_sent = byte;
  tm_uarte_sending = true;
  TM_UARTE_TX_DONE = 0;
  __sync_synchronize(); /* the byte is in RAM before the UARTE looks for it */
  TM_UARTE_START_TX = 1u;
}

/* Waits until the last byte is out, and stops the receiver, which on the nRF53 would outlive the core's reset and
 * then refuse to start. */
static inline void tm_nrf_uarte_stop(void) {
  tm_nrf_uarte_drain();
  TM_UARTE_RX_STOPPED = 0;
  TM_UARTE_STOP_RX = 1u;
  for (uint32_t polls = 0; polls < TM_UARTE_STOP_POLLS && TM_UARTE_RX_STOPPED == 0; ++polls) {
  }
  TM_UARTE_ENABLE = 0;
}

#endif
