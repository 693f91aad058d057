/* The facts of the board mps2-an386 that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "mps2-an386"
#define TM_BOARD_CLOCK_HZ 25000000u

/* UART0 */
#define TM_BOARD_CONSOLE_BASE 0x40004000u
#define TM_BOARD_CONSOLE_BAUD 115200u

/* FPGAIO: COUNTER at offset 0x18 counts the 25 MHz clock */
#define TM_BOARD_COUNTER_BASE 0x40028000u
#define TM_BOARD_COUNTER_PRESCALE 1u

/* CMSDK APB watchdog */
#define TM_BOARD_WATCHDOG_BASE 0x40008000u
#define TM_BOARD_WATCHDOG_CLOCK_HZ 25000000u

#endif
