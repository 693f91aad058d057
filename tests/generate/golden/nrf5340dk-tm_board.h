/* The facts of the board nrf5340dk that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "nrf5340dk"
#define TM_BOARD_CLOCK_HZ 128000000u
#define TM_BOARD_CRYSTAL_HZ 32000000u
#define TM_BOARD_CLOCK_BYPASS 0

/* UARTE0: leads to the interface MCU, which shows it on USB as the first of its serial ports */
#define TM_BOARD_CONSOLE_BASE 0x50008000u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_TX_PORT 0u /* P0.20 */
#define TM_BOARD_CONSOLE_TX_PIN 20u
#define TM_BOARD_CONSOLE_RX_PORT 0u /* P0.22 */
#define TM_BOARD_CONSOLE_RX_PIN 22u

/* TIMER0: 16 MHz: eight cycles of the core a tick */
#define TM_BOARD_COUNTER_BASE 0x5000f000u
#define TM_BOARD_COUNTER_PRESCALE 1u

#endif
