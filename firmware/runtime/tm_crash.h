/* The report of a crash, kept where a reset does not erase it until the host has read it. */
#ifndef TM_CRASH_H
#define TM_CRASH_H

#include "tm_port.h"
#include "tm_protocol.h"

/* Not where time counts: compiled for size. */
#define TM_SMALL __attribute__((cold))

/* Fills the parts of a report that the core and its stack tell. */
void tm_crash_describe(const tm_fault_state *state, tm_fault_response *report) TM_SMALL;

void tm_crash_keep(const tm_fault_response *report) TM_SMALL;

/* Returns the report that is kept; NULL where there is none of this very image. */
const tm_fault_response *tm_crash_kept(void) TM_SMALL;

void tm_crash_forget(void) TM_SMALL;

#endif
