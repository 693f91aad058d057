/* The line to the host: byte by byte through the port, or through queues that an interrupt serves while the model
 * runs. */
#ifndef TM_LINE_H
#define TM_LINE_H

#include <stdint.h>

/* Returns the next byte that came, or -1 when there is none. Never waits. */
int32_t tm_line_read(void);

/* Sends a byte; waits while there is no room for it. */
void tm_line_write(uint8_t byte);

/* Puts queues into the spare RAM and has them served `hertz` times a second, one byte each way. Returns how many
 * bytes may be on their way to the device at any time; 0, and nothing has changed, where the port has no interrupt
 * for it or the RAM has no room. */
uint32_t tm_line_queue(uint32_t hertz);

/* Waits until all bytes are sent, and ends the interrupt: from now on nothing disturbs a count. */
void tm_line_direct(void);

/* Ends the queues without a wait, for a report of a fault: the interrupt may not come any more. */
void tm_line_abandon(void);

#endif
