/* The facts of the board mps3-an547 that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "mps3-an547"
#define TM_BOARD_CLOCK_HZ 32000000u

/* UART0 */
#define TM_BOARD_CONSOLE_BASE 0x59303000u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_CLOCK_HZ 25000000u

/* FPGAIO: COUNTER at offset 0x18 counts a 20 MHz clock in QEMU */
#define TM_BOARD_COUNTER_BASE 0x59302000u
#define TM_BOARD_COUNTER_PRESCALE 1u

/* CMSDK APB watchdog: the one of the 32 kHz clock, whose interrupt is the NMI */
#define TM_BOARD_WATCHDOG_BASE 0x4802e000u
#define TM_BOARD_WATCHDOG_CLOCK_HZ 32768u

#endif
