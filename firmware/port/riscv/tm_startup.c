/* Start of a 32-bit RISC-V core in machine mode: stack paint, data, and the way from a trap to the runtime.
 *
 * No interrupt is ever enabled, so that every trap is a fault. */
#include <stdint.h>

#include "tm_port.h"
#include "tm_riscv.h"
#include "tm_variables.h"

/* The linker script puts the stack at a multiple of this. */
#define STACK_GUARD_LOG2_BYTES 16u

int main(void);
void tm_start(void);
void tm_start_c(void);
void tm_fault_entry(void);
void tm_fault_taken(uint32_t ra, uint32_t sp);

/* The first instruction of the image: the reset goes to a fixed address. Paints the whole stack before anything is
 * on it, which C could not. The linker shortens addresses to offsets from gp, but not while gp is being set. */
__attribute__((naked, used, section(".tm_vectors"))) void tm_start(void) {
  __asm volatile(
      ".option push                \n"
      ".option norelax             \n"
      "la gp, __global_pointer$    \n"
      ".option pop                 \n"
      "la t0, __tm_stack_bottom    \n"
      "la sp, __tm_stack_top       \n"
      "li t1, %0                   \n"
      "1: sw t1, 0(t0)             \n"
      "addi t0, t0, 4              \n"
      "bltu t0, sp, 1b             \n"
      "j tm_start_c                \n" ::"i"(TM_STACK_PAINT));
}

/* Where a trap leads that skips the instruction, which has four bytes. */
__attribute__((interrupt, aligned(4))) static void skip_instruction(void) {
  uint32_t pc;
  TM_CSR_READ(TM_CSR_MEPC, pc);
  TM_CSR_WRITE(TM_CSR_MEPC, pc + 4u);
}

/* Forbids the addresses below the stack. Beneath RAM there may be nothing, which faults by itself, or the image,
 * which an overflow would change silently. A core without physical memory protection does not know the registers
 * and skips them. */
static void guard_stack(void) {
  const uint32_t below = (uint32_t)(uintptr_t)__tm_stack_bottom - (1u << STACK_GUARD_LOG2_BYTES);
  TM_CSR_WRITE(TM_CSR_MTVEC, skip_instruction);
  TM_CSR_WRITE(TM_CSR_PMPADDR0, TM_PMPADDR(below, STACK_GUARD_LOG2_BYTES));
  TM_CSR_WRITE(TM_CSR_PMPCFG0, TM_PMPCFG_NO_ACCESS);
}

__attribute__((used, noreturn)) void tm_start_c(void) {
  guard_stack();
  TM_CSR_WRITE(TM_CSR_MTVEC, tm_fault_entry);

  tm_prepare_variables();
  (void)main();
  tm_port_halt();
  for (;;) {
  }
}

/* Comes here with the stack pointer where the fault left it, after an overflow below the stack. The program does
 * not continue, so that its stack is free for the report: start at its top again. */
__attribute__((naked, used, aligned(4))) void tm_fault_entry(void) {
  __asm volatile(
      "mv a0, ra             \n"
      "mv a1, sp             \n"
      "la sp, __tm_stack_top \n"
      "j tm_fault_taken      \n");
}

/* A function lowers the stack pointer before it touches its frame, so that the pointer tells an overflow from
 * any other access that failed. */
__attribute__((used)) void tm_fault_taken(uint32_t ra, uint32_t sp) {
  uint32_t cause, pc;
  TM_CSR_READ(TM_CSR_MCAUSE, cause);
  TM_CSR_READ(TM_CSR_MEPC, pc);
  if (sp < (uint32_t)(uintptr_t)__tm_stack_bottom) {
    cause |= TM_FAULT_STACK_OVERFLOW;
  }
  tm_fault(cause, pc, ra);
  tm_port_halt();
}
