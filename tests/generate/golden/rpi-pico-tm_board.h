/* The facts of the board rpi-pico that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "rpi-pico"
#define TM_BOARD_CLOCK_HZ 125000000u
#define TM_BOARD_CRYSTAL_HZ 12000000u
#define TM_BOARD_CLOCK_BYPASS 0

/* UART0: pads 1 (sends) and 2 (receives), at 3.3 V: it needs a USB adapter or the Pico Probe */
#define TM_BOARD_CONSOLE_BASE 0x40034000u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_TX_PORT 0u /* GP0 */
#define TM_BOARD_CONSOLE_TX_PIN 0u
#define TM_BOARD_CONSOLE_RX_PORT 0u /* GP1 */
#define TM_BOARD_CONSOLE_RX_PIN 1u
#define TM_BOARD_CONSOLE_ALTERNATE_FUNCTION 2u

/* SysTick: the core's clock; the chip's timer ticks but once a microsecond */
#define TM_BOARD_COUNTER_BASE 0xe000e010u
#define TM_BOARD_COUNTER_PRESCALE 1u
#define TM_BOARD_COUNTER_BITS 24u

#endif
