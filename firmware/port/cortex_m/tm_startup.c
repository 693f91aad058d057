/* Start of a Cortex-M core: vectors, stack paint, data, and the way from a fault to the runtime.
 *
 * No peripheral's interrupt is ever enabled, so that the table ends with the core's own 16 entries. The assembly
 * keeps to the instructions of Armv6-M, which all cores have. */
#include <stdint.h>

#include "tm_cortex_m.h"
#include "tm_port.h"
#include "tm_variables.h"

/* The linker script puts the stack at a multiple of this. */
#define STACK_GUARD_LOG2_BYTES 16u

int main(void);
void tm_start(void);
void tm_start_c(void);
void tm_fault_entry(void);
void tm_fault_taken(uint32_t pc, uint32_t lr);

typedef union {
  uint32_t *address;
  void (*handler)(void);
} tm_vector;

__attribute__((section(".tm_vectors"), used)) static const tm_vector tm_vectors[16] = {
    [0] = {.address = __tm_stack_top},  [1] = {.handler = tm_start},        /* reset */
    [2] = {.handler = tm_fault_entry},  [3] = {.handler = tm_fault_entry},  /* NMI, HardFault */
    [4] = {.handler = tm_fault_entry},  [5] = {.handler = tm_fault_entry},  /* MemManage, BusFault */
    [6] = {.handler = tm_fault_entry},  [7] = {.handler = tm_fault_entry},  /* UsageFault, SecureFault */
    [11] = {.handler = tm_fault_entry}, [12] = {.handler = tm_fault_entry}, /* SVCall, DebugMonitor */
    [14] = {.handler = tm_fault_entry}, [15] = {.handler = tm_cpu_systick}, /* PendSV, SysTick */
};

/* Paints the whole stack before anything is on it, which C could not. A debugger may come here with any stack
 * pointer, so it is set again. */
__attribute__((naked)) void tm_start(void) {
  __asm volatile(
      ".syntax unified            \n"
      "ldr r0, =__tm_stack_bottom \n"
      "ldr r1, =__tm_stack_top    \n"
      "ldr r2, =%c0               \n"
      "mov sp, r1                 \n"
      "1: stmia r0!, {r2}         \n"
      "cmp r0, r1                 \n"
      "blo 1b                     \n"
      "bl tm_start_c              \n" ::"i"(TM_STACK_PAINT));
}

/* Forbids the addresses below the stack. Beneath RAM there should be nothing; but what is there may also swallow
 * writes without a fault, as on the MPS2, or be the chip's own ROM. */
static void guard_stack(void) {
#if TM_STACK_LIMIT
  __asm volatile("msr msplim, %0" ::"r"(__tm_stack_bottom));
#else
  if (TM_MPU_TYPE == 0) {
    return; /* there is no MPU */
  }
  TM_MPU_RNR = 0;
  TM_MPU_RBAR = (uint32_t)(uintptr_t)__tm_stack_bottom - (1u << STACK_GUARD_LOG2_BYTES);
  TM_MPU_RASR = TM_MPU_RASR_NO_ACCESS(STACK_GUARD_LOG2_BYTES);
  TM_MPU_CTRL = TM_MPU_CTRL_ON;
  __asm volatile("dsb \n isb" ::: "memory");
#endif
}

/* Makes the core tell of what it can: each fault by itself, also divisions by zero, which it would pass over in
 * silence. Unaligned accesses are left alone: the C library's memcpy is made of them, on cores that can. */
static void enable_faults(void) {
#if TM_MAINLINE
  TM_SCB_VTOR = (uint32_t)(uintptr_t)tm_vectors;
  TM_SCB_SHCSR |= TM_SCB_SHCSR_FAULTS_ENABLED;
  TM_SCB_CCR |= TM_SCB_CCR_DIV_0_TRP;
#endif
}

__attribute__((used, noreturn)) void tm_start_c(void) {
  enable_faults();
  guard_stack();
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  TM_SCB_CPACR |= TM_SCB_CPACR_FPU;
  __asm volatile("dsb \n isb" ::: "memory");
#endif

  tm_prepare_variables();
  (void)main();
  tm_port_halt();
  for (;;) {
  }
}

/* Comes here with the stack pointer where the fault left it, after an overflow outside RAM. The program does not
 * continue, so that its stack is free for the report: start at its top again. The frame that the core pushed
 * (r0-r3, r12, lr, pc, psr) is read first, and only if it lies in the stack at all. At the stack's very bottom is
 * the pointer too where Armv8-M kept it from going further and pushed nothing. */
__attribute__((naked, used)) void tm_fault_entry(void) {
  __asm volatile(
      ".syntax unified            \n"
      "mov r2, sp                 \n"
      "ldr r3, =__tm_stack_bottom \n"
      "ldr r1, =__tm_stack_top    \n"
      "mov sp, r1                 \n"
      "cmp r2, r3                 \n"
      "bls 1f                     \n"
      "subs r1, r1, #32           \n"
      "cmp r2, r1                 \n"
      "bhi 1f                     \n"
      "ldr r0, [r2, #24]          \n"
      "ldr r1, [r2, #20]          \n"
      "b 2f                       \n"
      "1: movs r0, #0             \n"
      "movs r1, #0                \n"
      "2: bl tm_fault_taken       \n");
}

__attribute__((weak, alias("tm_fault_entry"))) void tm_cpu_systick(void);

/* The fault status register tells the cause, except of a fault that has none there (a fault while handling one,
 * an unexpected interrupt); then the number of the exception stands for it. */
static uint32_t fault_cause(uint32_t pc, uint32_t lr) {
  uint32_t exception;
  __asm volatile("mrs %0, ipsr" : "=r"(exception));
#if TM_MAINLINE
  (void)(pc + lr);
  const uint32_t status = TM_SCB_CFSR;
#else
  const uint32_t status = pc == 0 && lr == 0 ? TM_FAULT_OUTSIDE_STACK : 0;
#endif
  return status != 0 ? status : exception << TM_FAULT_EXCEPTION_SHIFT;
}

__attribute__((used)) void tm_fault_taken(uint32_t pc, uint32_t lr) {
  tm_fault(fault_cause(pc, lr), pc, lr);
  tm_port_halt();
}
