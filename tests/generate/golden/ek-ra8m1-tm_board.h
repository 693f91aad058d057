/* The facts of the board ek-ra8m1 that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "ek-ra8m1"
#define TM_BOARD_CLOCK_HZ 480000000u
#define TM_BOARD_CRYSTAL_HZ 20000000u
#define TM_BOARD_CLOCK_BYPASS 0

/* SCI9: PA14 and PA15 in Renesas' texts; they lead to the on-board debugger, a serial port on USB */
#define TM_BOARD_CONSOLE_BASE 0x40358900u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_TX_PORT 10u /* P10.14 */
#define TM_BOARD_CONSOLE_TX_PIN 14u
#define TM_BOARD_CONSOLE_RX_PORT 10u /* P10.15 */
#define TM_BOARD_CONSOLE_RX_PIN 15u
#define TM_BOARD_CONSOLE_ALTERNATE_FUNCTION 5u

/* GPT320: PCLKD, 120 MHz: four cycles of the core a tick */
#define TM_BOARD_COUNTER_BASE 0x40322000u
#define TM_BOARD_COUNTER_PRESCALE 1u

#endif
