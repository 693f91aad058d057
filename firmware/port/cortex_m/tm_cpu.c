/* How a Cortex-M core restarts and stops. */
#include "tm_cortex_m.h"
#include "tm_port.h"

void tm_cpu_reset(void) {
  __asm volatile("dsb" ::: "memory");
  TM_SCB_AIRCR = TM_SCB_AIRCR_RESET;
  __asm volatile("dsb" ::: "memory");
  for (;;) {
  }
}

void tm_port_halt(void) {
  __asm volatile("cpsid i" ::: "memory");
  for (;;) {
    __asm volatile("wfi");
  }
}
