/* The USART of the STM32 families F1, F2, F4 and L1 as the console. Has the port's tm_port_read,
 * tm_port_can_write, tm_port_write and tm_port_baud. */
#ifndef TM_STM32_USART_V1_H
#define TM_STM32_USART_V1_H

#include "tm_baud.h"
#include "tm_port.h"
#include "tm_stm32.h"

#define TM_STM32_USART_SR (TM_BOARD_CONSOLE_BASE + 0x00u)
#define TM_STM32_USART_DR (TM_BOARD_CONSOLE_BASE + 0x04u)
#define TM_STM32_USART_BRR (TM_BOARD_CONSOLE_BASE + 0x08u)
#define TM_STM32_USART_CR1 (TM_BOARD_CONSOLE_BASE + 0x0Cu)
#define TM_STM32_USART_SR_RX_FULL (1u << 5)
#define TM_STM32_USART_SR_TX_DONE (1u << 6)
#define TM_STM32_USART_SR_TX_EMPTY (1u << 7)
#define TM_STM32_USART_CR1_ON ((1u << 13) | (1u << 3) | (1u << 2)) /* the USART, its transmitter and receiver */

#define TM_STM32_USART_LEAST_DIVISOR 16u

static uint32_t tm_stm32_usart_clock_hz;

/* Waits until the last byte is out. */
static inline void tm_stm32_usart_drain(void) {
  while ((TM_REGISTER(TM_STM32_USART_SR) & TM_STM32_USART_SR_TX_DONE) == 0) {
  }
}

bool tm_port_baud(uint32_t baud, bool now) {
  const uint32_t asked = baud == 0 ? TM_BOARD_CONSOLE_BAUD : baud;
  const uint32_t divisor = (tm_stm32_usart_clock_hz + asked / 2u) / asked;
  if (divisor < TM_STM32_USART_LEAST_DIVISOR || !tm_baud_is_near(tm_stm32_usart_clock_hz / divisor, asked)) {
    return false;
  }
  if (now) {
    tm_stm32_usart_drain();
    TM_REGISTER(TM_STM32_USART_BRR) = divisor;
  }
  return true;
}

static inline void tm_stm32_usart_start(uint32_t clock_hz) {
  tm_stm32_usart_clock_hz = clock_hz;
  TM_REGISTER(TM_STM32_USART_BRR) = (clock_hz + TM_BOARD_CONSOLE_BAUD / 2u) / TM_BOARD_CONSOLE_BAUD;
  TM_REGISTER(TM_STM32_USART_CR1) = TM_STM32_USART_CR1_ON;
}

int32_t tm_port_read(void) {
  if ((TM_REGISTER(TM_STM32_USART_SR) & TM_STM32_USART_SR_RX_FULL) == 0) {
    return -1;
  }
  return (int32_t)(TM_REGISTER(TM_STM32_USART_DR) & 0xFFu);
}

bool tm_port_can_write(void) { return (TM_REGISTER(TM_STM32_USART_SR) & TM_STM32_USART_SR_TX_EMPTY) != 0; }

void tm_port_write(uint8_t byte) {
  while (!tm_port_can_write()) {
  }
  TM_REGISTER(TM_STM32_USART_DR) = byte;
}

#endif
