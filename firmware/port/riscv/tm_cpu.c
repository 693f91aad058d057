/* How a RISC-V core counts, restarts and stops. */
#include "tm_board.h"
#include "tm_port.h"
#include "tm_riscv.h"

void tm_start(void);

void tm_cpu_restart(void) {
  tm_start();
  for (;;) {
  }
}

/* The counter is a register of the core, whose number stands for an address in the board's facts. */
uint32_t tm_port_ticks(void) {
  uint32_t ticks;
  TM_CSR_READ(TM_BOARD_COUNTER_BASE, ticks);
  return ticks;
}

void tm_port_halt(void) {
  for (;;) {
    __asm volatile("wfi");
  }
}
