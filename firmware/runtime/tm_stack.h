/* How deep the stack gets. */
#ifndef TM_STACK_H
#define TM_STACK_H

#include <stdint.h>

/* Returns the bytes of the stack that were used since what lies below the caller was painted last, at first by the
 * start. */
uint32_t tm_stack_bytes(void);

/* Paints what lies below the caller. */
void tm_stack_paint(void);

#endif
