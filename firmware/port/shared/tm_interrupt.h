/* The core's SysTick as the interrupt that serves the link's queues; for ports whose counter is another timer. Has
 * the port's tm_port_interrupt. */
#ifndef TM_INTERRUPT_H
#define TM_INTERRUPT_H

#include <stdbool.h>

#include "tm_cortex_m.h"
#include "tm_port.h"

#define TM_SYSTICK_CSR TM_REGISTER(0xE000E010u)
#define TM_SYSTICK_RVR TM_REGISTER(0xE000E014u)
#define TM_SYSTICK_CVR TM_REGISTER(0xE000E018u)
#define TM_SYSTICK_CSR_ON 7u /* with its interrupt, from the core's clock */
#define TM_SYSTICK_MOST 0xFFFFFFu

/* How often the line is served in the time of a byte: twice, so that none is overrun where the host's clock is the
 * faster one. A port whose emulated UART passes bytes as fast as they are read has 1, and so keeps the line's
 * rate. */
#ifndef TM_INTERRUPT_SERVES
#define TM_INTERRUPT_SERVES 2u
#endif

static void (*tm_interrupt_serve)(void);

void tm_cpu_systick(void) { tm_interrupt_serve(); }

bool tm_port_interrupt(uint32_t hertz, void (*serve)(void)) {
  tm_interrupt_serve = serve;
  TM_SYSTICK_CSR = 0;
  TM_BARRIER();
  if (hertz == 0) {
    return true;
  }
  const uint32_t period = tm_port_clock_hz() / TM_INTERRUPT_SERVES / hertz;
  if (period < 2u || period > TM_SYSTICK_MOST) {
    return false;
  }
  TM_SYSTICK_RVR = period - 1u;
  TM_SYSTICK_CVR = 0;
  TM_SYSTICK_CSR = TM_SYSTICK_CSR_ON;
  return true;
}

#endif
