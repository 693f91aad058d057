/* The facts of the board hifive1 that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "hifive1"
#define TM_BOARD_CLOCK_HZ 16000000u
#define TM_BOARD_CRYSTAL_HZ 16000000u
#define TM_BOARD_CLOCK_BYPASS 0

/* UART0: the second serial port of the board's USB connector (GPIO 17 sends, GPIO 16 receives) */
#define TM_BOARD_CONSOLE_BASE 0x10013000u
#define TM_BOARD_CONSOLE_BAUD 115200u

/* mcycle: a register of the core, read by its number: cycles of the core's clock */
#define TM_BOARD_COUNTER_BASE 0x00000b00u
#define TM_BOARD_COUNTER_PRESCALE 1u

#endif
