/* The facts of the board virt-rv32 that its port needs. */
#ifndef TM_BOARD_H
#define TM_BOARD_H

#define TM_BOARD_NAME "virt-rv32"
#define TM_BOARD_CLOCK_HZ 1000000000u

/* NS16550A */
#define TM_BOARD_CONSOLE_BASE 0x10000000u
#define TM_BOARD_CONSOLE_BAUD 115200u
#define TM_BOARD_CONSOLE_CLOCK_HZ 3686400u

/* mcycle: a register of the core, read by its number */
#define TM_BOARD_COUNTER_BASE 0x00000b00u
#define TM_BOARD_COUNTER_PRESCALE 1u

#endif
