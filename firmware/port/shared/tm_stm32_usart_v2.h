/* The USART of the STM32 families F7, H7, L4 and L5 as the console, and their low-power UART, which has the same
 * registers. Has the port's tm_port_read, tm_port_can_write and tm_port_write. */
#ifndef TM_STM32_USART_V2_H
#define TM_STM32_USART_V2_H

#include "tm_port.h"
#include "tm_stm32.h"

#define TM_STM32_USART_CR1 (TM_BOARD_CONSOLE_BASE + 0x00u)
#define TM_STM32_USART_CR3 (TM_BOARD_CONSOLE_BASE + 0x08u)
#define TM_STM32_USART_BRR (TM_BOARD_CONSOLE_BASE + 0x0Cu)
#define TM_STM32_USART_ISR (TM_BOARD_CONSOLE_BASE + 0x1Cu)
#define TM_STM32_USART_RDR (TM_BOARD_CONSOLE_BASE + 0x24u)
#define TM_STM32_USART_TDR (TM_BOARD_CONSOLE_BASE + 0x28u)
#define TM_STM32_USART_CR1_ON ((1u << 0) | (1u << 3) | (1u << 2)) /* the USART, its transmitter and receiver */
#define TM_STM32_USART_CR3_NO_OVERRUN (1u << 12)
#define TM_STM32_USART_ISR_RX_FULL (1u << 5)
#define TM_STM32_USART_ISR_TX_DONE (1u << 6)
#define TM_STM32_USART_ISR_TX_EMPTY (1u << 7)

/* The divisor counts in the input clock's periods, or in 256ths of them where the UART is a low-power one. The
 * remainder is treated by itself, as 256 times the clock has more than 32 bits. */
static inline uint32_t tm_stm32_usart_divisor(uint32_t clock_hz, uint32_t steps) {
  const uint32_t baud = TM_BOARD_CONSOLE_BAUD;
  return clock_hz / baud * steps + (clock_hz % baud * steps + baud / 2u) / baud;
}

/* `steps` is 256 for a low-power UART, otherwise 1. A byte that comes while the last one was not yet read replaces
 * it: the link's checksum finds that, while an overrun error would have to be cleared here. */
static inline void tm_stm32_usart_start(uint32_t clock_hz, uint32_t steps) {
  TM_REGISTER(TM_STM32_USART_BRR) = tm_stm32_usart_divisor(clock_hz, steps);
  TM_REGISTER(TM_STM32_USART_CR3) = TM_STM32_USART_CR3_NO_OVERRUN;
  TM_REGISTER(TM_STM32_USART_CR1) = TM_STM32_USART_CR1_ON;
}

int32_t tm_port_read(void) {
  if ((TM_REGISTER(TM_STM32_USART_ISR) & TM_STM32_USART_ISR_RX_FULL) == 0) {
    return -1;
  }
  return (int32_t)(TM_REGISTER(TM_STM32_USART_RDR) & 0xFFu);
}

bool tm_port_can_write(void) { return (TM_REGISTER(TM_STM32_USART_ISR) & TM_STM32_USART_ISR_TX_EMPTY) != 0; }

void tm_port_write(uint8_t byte) {
  while (!tm_port_can_write()) {
  }
  TM_REGISTER(TM_STM32_USART_TDR) = byte;
}

/* Waits until the last byte is out. */
static inline void tm_stm32_usart_drain(void) {
  while ((TM_REGISTER(TM_STM32_USART_ISR) & TM_STM32_USART_ISR_TX_DONE) == 0) {
  }
}

#endif
