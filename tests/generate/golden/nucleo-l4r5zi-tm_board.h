/* The facts of the board nucleo-l4r5zi that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "nucleo-l4r5zi"
#define TM_BOARD_CLOCK_HZ 120000000u

/* LPUART1: leads to the ST-LINK, which shows it on USB as a serial port */
#define TM_BOARD_CONSOLE_BASE 0x40008000u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_APB 1u /* the peripheral bus, and the bit that enables it there */
#define TM_BOARD_CONSOLE_ENABLE_BIT 32u
#define TM_BOARD_CONSOLE_TX_PORT 6u /* PG7 */
#define TM_BOARD_CONSOLE_TX_PIN 7u
#define TM_BOARD_CONSOLE_RX_PORT 6u /* PG8 */
#define TM_BOARD_CONSOLE_RX_PIN 8u
#define TM_BOARD_CONSOLE_ALTERNATE_FUNCTION 8u

/* TIM2: 120 MHz: the core's clock, from the chip's own 16 MHz oscillator, which is exact to 1 % */
#define TM_BOARD_COUNTER_BASE 0x40000000u
#define TM_BOARD_COUNTER_PRESCALE 1u
#define TM_BOARD_COUNTER_APB 1u /* the peripheral bus, and the bit that enables it there */
#define TM_BOARD_COUNTER_ENABLE_BIT 0u

#endif
