/* The facts of the board netduinoplus2 that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "netduinoplus2"
#define TM_BOARD_CLOCK_HZ 168000000u
#define TM_BOARD_CRYSTAL_HZ 25000000u
#define TM_BOARD_CLOCK_BYPASS 0

/* USART6: the headers' D1 (sends) and D0 (receives), which Netduino calls COM1 */
#define TM_BOARD_CONSOLE_BASE 0x40011400u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_APB 2u /* the peripheral bus, and the bit that enables it there */
#define TM_BOARD_CONSOLE_ENABLE_BIT 5u
#define TM_BOARD_CONSOLE_TX_PORT 2u /* PC6 */
#define TM_BOARD_CONSOLE_TX_PIN 6u
#define TM_BOARD_CONSOLE_RX_PORT 2u /* PC7 */
#define TM_BOARD_CONSOLE_RX_PIN 7u
#define TM_BOARD_CONSOLE_ALTERNATE_FUNCTION 8u

/* TIM2: 84 MHz on the chip, 1 GHz in QEMU 7.2; unscaled, QEMU's would wrap after 67 million instructions */
#define TM_BOARD_COUNTER_BASE 0x40000000u
#define TM_BOARD_COUNTER_PRESCALE 16u
#define TM_BOARD_COUNTER_APB 1u /* the peripheral bus, and the bit that enables it there */
#define TM_BOARD_COUNTER_ENABLE_BIT 0u

#endif
