/* The facts of the board stm32vldiscovery that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "stm32vldiscovery"
#define TM_BOARD_CLOCK_HZ 24000000u
#define TM_BOARD_CRYSTAL_HZ 8000000u
#define TM_BOARD_CLOCK_BYPASS 0

/* USART1: on the extension connectors; the board's ST-LINK has no serial port */
#define TM_BOARD_CONSOLE_BASE 0x40013800u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_APB 2u /* the peripheral bus, and the bit that enables it there */
#define TM_BOARD_CONSOLE_ENABLE_BIT 14u
#define TM_BOARD_CONSOLE_TX_PORT 0u /* PA9 */
#define TM_BOARD_CONSOLE_TX_PIN 9u
#define TM_BOARD_CONSOLE_RX_PORT 0u /* PA10 */
#define TM_BOARD_CONSOLE_RX_PIN 10u

/* SysTick: the core's clock; the chip's timers have 16 bits, and QEMU 7.2 lacks them */
#define TM_BOARD_COUNTER_BASE 0xe000e010u
#define TM_BOARD_COUNTER_PRESCALE 1u
#define TM_BOARD_COUNTER_BITS 24u

#endif
