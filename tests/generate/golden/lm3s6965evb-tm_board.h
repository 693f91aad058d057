/* The facts of the board lm3s6965evb that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "lm3s6965evb"
#define TM_BOARD_CLOCK_HZ 50000000u
#define TM_BOARD_CRYSTAL_HZ 8000000u
#define TM_BOARD_CLOCK_BYPASS 0

/* UART0: leads to the board's USB interface, which shows it as a serial port */
#define TM_BOARD_CONSOLE_BASE 0x4000c000u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_TX_PORT 0u /* PA1 */
#define TM_BOARD_CONSOLE_TX_PIN 1u
#define TM_BOARD_CONSOLE_RX_PORT 0u /* PA0 */
#define TM_BOARD_CONSOLE_RX_PIN 0u

/* SysTick: the core's clock; QEMU 7.2 does not let the chip's timers be read */
#define TM_BOARD_COUNTER_BASE 0xe000e010u
#define TM_BOARD_COUNTER_PRESCALE 1u
#define TM_BOARD_COUNTER_BITS 24u

#endif
