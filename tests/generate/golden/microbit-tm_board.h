/* The facts of the board microbit that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "microbit"
#define TM_BOARD_CLOCK_HZ 16000000u

/* UART0: leads to the interface chip, which shows it on USB as a serial port */
#define TM_BOARD_CONSOLE_BASE 0x40002000u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_TX_PORT 0u /* P0.24 */
#define TM_BOARD_CONSOLE_TX_PIN 24u
#define TM_BOARD_CONSOLE_RX_PORT 0u /* P0.25 */
#define TM_BOARD_CONSOLE_RX_PIN 25u

/* TIMER0: 8 MHz; the only timer of 32 bits */
#define TM_BOARD_COUNTER_BASE 0x40008000u
#define TM_BOARD_COUNTER_PRESCALE 2u

#endif
