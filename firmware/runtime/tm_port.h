/* What a chip family gives to the runtime, and the two things that the runtime gives to it. */
#ifndef TM_PORT_H
#define TM_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Prepares clocks, the console UART and the tick counter. Interrupts stay off, so that nothing disturbs a count;
 * but for tm_port_interrupt's, and for one at each wrap of a counter of less than 32 bits, whose length is the
 * board's `wrap_instructions`. */
void tm_port_init(void);

/* Returns the core's clock in Hz as tm_port_init could set it up: the board's, or the one after a reset where a
 * crystal or a PLL did not start. */
uint32_t tm_port_clock_hz(void);

/* Returns the next received byte, or -1 when there is none. Never waits. */
int32_t tm_port_read(void);

/* Sends a byte; waits while the transmitter is full. */
void tm_port_write(uint8_t byte);

/* Returns whether tm_port_write would not wait. A port with tm_port_interrupt has it. */
bool tm_port_can_write(void);

/* Returns a counter that runs freely and wraps at 2^32. Its rate is the board's `counter` fact. Never inlined, so
 * that an emulator can answer in its place: Renode does, with the processor's count of instructions. */
__attribute__((noinline)) uint32_t tm_port_ticks(void);

/* Has an interrupt call `serve` so many times a second; 0 ends it. Returns whether the port can. For ports
 * without it the runtime has one that cannot. */
bool tm_port_interrupt(uint32_t hertz, void (*serve)(void));

/* Returns whether the UART can run at `baud` (0: the board's own rate). With `now`, waits until the transmitter is
 * idle and goes on at it. For ports without it the runtime has one that cannot. */
bool tm_port_baud(uint32_t baud, bool now);

/* Has a watchdog raise a fault, and then a reset, unless it is stopped (0) within so many milliseconds. Returns
 * whether the port has one that can. For ports without it the runtime has one that cannot. */
bool tm_port_watchdog(uint32_t milliseconds);

/* Waits until the transmitter is idle, then restarts the chip. Does not return. */
void tm_port_reset(void);

/* Stops for good. Does not return. */
void tm_port_halt(void);

/* The lowest address of the stack and the one just above it. The startup code paints all of the stack with
 * TM_STACK_PAINT before it calls main; the runtime reads how far down the paint has been overwritten. */
extern uint32_t __tm_stack_bottom[];
extern uint32_t __tm_stack_top[];
#define TM_STACK_PAINT 0xA5A5A5A5u

/* The RAM that nothing of the image uses: its first byte, and the one after its last. */
extern uint8_t __tm_spare_start[];
extern uint8_t __tm_spare_end[];

/* The code of the image: a word of the stack that lies in it may be a return address. */
extern const uint8_t __tm_code_start[];
extern const uint8_t __tm_code_end[];

/* Places of registers that every architecture has; tinyml/link/faults.py names all of them. */
enum { TM_FAULT_SP = 13, TM_FAULT_LR = 14, TM_FAULT_PC = 15, TM_FAULT_REGISTERS = 17 };

/* What a core tells of a fault. What is not known is 0. */
typedef struct {
  uint32_t cause;   /* the port's own, such as a fault status register */
  uint32_t address; /* the one that could not be accessed */
  uint32_t registers[TM_FAULT_REGISTERS];
} tm_fault_state;

/* The port's fault handler calls this with a stack that works, also after a stack overflow. It does not return:
 * the runtime's reports to the host, and a program without the link has its own. */
void tm_fault(const tm_fault_state *state);

#endif
