/* Start of a 32-bit RISC-V core in machine mode: stack paint, data, and the way from a trap to the runtime.
 *
 * No interrupt is ever enabled, so that every trap is a fault. */
#include <stdint.h>

#include "tm_port.h"
#include "tm_riscv.h"
#include "tm_variables.h"

/* The linker script puts the stack at a multiple of this. */
#define STACK_GUARD_LOG2_BYTES 16u

/* What the report of a fault needs at most. */
#define HANDLER_STACK_BYTES 512

int main(void);
void tm_start(void);
void tm_start_c(void);
void tm_fault_entry(void);
void tm_fault_taken(const uint32_t *saved);

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
 * not continue: where less than HANDLER_STACK_BYTES are left, the report takes the stack's top, and otherwise it
 * goes on below what is there, so that the stack can be read. Registers are stored in the order of tm_fault_state;
 * the first to be used waits in mscratch meanwhile. */
__attribute__((naked, used, aligned(4))) void tm_fault_entry(void) {
  __asm volatile(
      ".insn i 0x73, 1, x0, t0, %0    \n"
      "la t0, __tm_stack_bottom + %1  \n"
      "bltu sp, t0, 1f                \n"
      "la t0, __tm_stack_top          \n"
      "bltu t0, sp, 1f                \n"
      "mv t0, sp                      \n"
      "j 2f                           \n"
      "1: la t0, __tm_stack_top       \n"
      "2: addi t0, t0, -80            \n"
      "andi t0, t0, -16               \n"
      "sw a0, 0(t0)                   \n"
      "sw a1, 4(t0)                   \n"
      "sw a2, 8(t0)                   \n"
      "sw a3, 12(t0)                  \n"
      "sw a4, 16(t0)                  \n"
      "sw a5, 20(t0)                  \n"
      "sw a6, 24(t0)                  \n"
      "sw a7, 28(t0)                  \n"
      "sw s0, 32(t0)                  \n"
      "sw s1, 36(t0)                  \n"
      "sw t1, 44(t0)                  \n"
      "sw t2, 48(t0)                  \n"
      "sw sp, 52(t0)                  \n"
      "sw ra, 56(t0)                  \n"
      ".insn i 0x73, 2, t1, x0, %0    \n"
      "sw t1, 40(t0)                  \n"
      "mv a0, t0                      \n"
      "mv sp, t0                      \n"
      "j tm_fault_taken               \n" ::"i"(TM_CSR_MSCRATCH),
      "i"(HANDLER_STACK_BYTES));
}

/* A function lowers the stack pointer before it touches its frame, so that the pointer tells an overflow from any
 * other access that failed. */
__attribute__((used)) void tm_fault_taken(const uint32_t *saved) {
  tm_fault_state state;
  for (uint32_t i = 0; i < TM_FAULT_PC; ++i) {
    state.registers[i] = saved[i];
  }
  TM_CSR_READ(TM_CSR_MCAUSE, state.cause);
  TM_CSR_READ(TM_CSR_MTVAL, state.address);
  TM_CSR_READ(TM_CSR_MEPC, state.registers[TM_FAULT_PC]);
  TM_CSR_READ(TM_CSR_MSTATUS, state.registers[TM_FAULT_PC + 1]);
  if (state.registers[TM_FAULT_SP] < (uint32_t)(uintptr_t)__tm_stack_bottom) {
    state.cause |= TM_FAULT_STACK_OVERFLOW;
  }
  tm_fault(&state);
  tm_port_halt();
}
