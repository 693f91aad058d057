/* The facts of the board nucleo-h743zi that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "nucleo-h743zi"
#define TM_BOARD_CLOCK_HZ 400000000u
#define TM_BOARD_CRYSTAL_HZ 8000000u
#define TM_BOARD_CLOCK_BYPASS 1

/* USART3: leads to the ST-LINK, which shows it on USB as a serial port */
#define TM_BOARD_CONSOLE_BASE 0x40004800u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_APB 1u /* the peripheral bus, and the bit that enables it there */
#define TM_BOARD_CONSOLE_ENABLE_BIT 18u
#define TM_BOARD_CONSOLE_TX_PORT 3u /* PD8 */
#define TM_BOARD_CONSOLE_TX_PIN 8u
#define TM_BOARD_CONSOLE_RX_PORT 3u /* PD9 */
#define TM_BOARD_CONSOLE_RX_PIN 9u
#define TM_BOARD_CONSOLE_ALTERNATE_FUNCTION 7u

/* TIM2: 200 MHz: half the core's clock */
#define TM_BOARD_COUNTER_BASE 0x40000000u
#define TM_BOARD_COUNTER_PRESCALE 1u
#define TM_BOARD_COUNTER_APB 1u /* the peripheral bus, and the bit that enables it there */
#define TM_BOARD_COUNTER_ENABLE_BIT 0u

#endif
