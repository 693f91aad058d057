/* The facts of the board nrf52840dk that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "nrf52840dk"
#define TM_BOARD_CLOCK_HZ 64000000u
#define TM_BOARD_CRYSTAL_HZ 32000000u
#define TM_BOARD_CLOCK_BYPASS 0

/* UARTE0: leads to the interface MCU, which shows it on USB as a serial port */
#define TM_BOARD_CONSOLE_BASE 0x40002000u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_TX_PORT 0u /* P0.06 */
#define TM_BOARD_CONSOLE_TX_PIN 6u
#define TM_BOARD_CONSOLE_RX_PORT 0u /* P0.08 */
#define TM_BOARD_CONSOLE_RX_PIN 8u

/* TIMER0: 16 MHz: four cycles of the core a tick */
#define TM_BOARD_COUNTER_BASE 0x40008000u
#define TM_BOARD_COUNTER_PRESCALE 1u

#endif
