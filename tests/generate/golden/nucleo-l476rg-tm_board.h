/* The facts of the board nucleo-l476rg that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "nucleo-l476rg"
#define TM_BOARD_CLOCK_HZ 80000000u

/* USART2: leads to the ST-LINK, which shows it on USB as a serial port */
#define TM_BOARD_CONSOLE_BASE 0x40004400u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_APB 1u /* the peripheral bus, and the bit that enables it there */
#define TM_BOARD_CONSOLE_ENABLE_BIT 17u
#define TM_BOARD_CONSOLE_TX_PORT 0u /* PA2 */
#define TM_BOARD_CONSOLE_TX_PIN 2u
#define TM_BOARD_CONSOLE_RX_PORT 0u /* PA3 */
#define TM_BOARD_CONSOLE_RX_PIN 3u
#define TM_BOARD_CONSOLE_ALTERNATE_FUNCTION 7u

/* TIM2: 80 MHz: the core's clock, from the chip's own 16 MHz oscillator, which is exact to 1 % */
#define TM_BOARD_COUNTER_BASE 0x40000000u
#define TM_BOARD_COUNTER_PRESCALE 1u
#define TM_BOARD_COUNTER_APB 1u /* the peripheral bus, and the bit that enables it there */
#define TM_BOARD_COUNTER_ENABLE_BIT 0u

#endif
