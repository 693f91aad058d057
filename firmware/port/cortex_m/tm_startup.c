/* Start of an Armv7E-M core: vectors, stack paint, data, and the way from a fault to the runtime.
 *
 * No interrupt is ever enabled, so that the table ends with the core's own 16 entries. */
#include <stdint.h>

#include "tm_cortex_m.h"
#include "tm_port.h"

extern const uint32_t __tm_data_load[];
extern uint32_t __tm_data_start[];
extern uint32_t __tm_data_end[];
extern uint32_t __tm_bss_start[];
extern uint32_t __tm_bss_end[];

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
    [6] = {.handler = tm_fault_entry},  [11] = {.handler = tm_fault_entry}, /* UsageFault, SVCall */
    [12] = {.handler = tm_fault_entry}, [14] = {.handler = tm_fault_entry}, /* DebugMonitor, PendSV */
    [15] = {.handler = tm_fault_entry},                                     /* SysTick */
};

/* Paints the whole stack before anything is on it, which C could not. A debugger may come here with any stack
 * pointer, so it is set again. */
__attribute__((naked)) void tm_start(void) {
  __asm volatile(
      "ldr r0, =__tm_stack_bottom \n"
      "ldr r1, =__tm_stack_top    \n"
      "ldr r2, =%c0               \n"
      "mov sp, r1                 \n"
      "1: str r2, [r0], #4        \n"
      "cmp r0, r1                 \n"
      "blo 1b                     \n"
      "b tm_start_c               \n" ::"i"(TM_STACK_PAINT));
}

/* Forbids the addresses below the stack. Beneath RAM there should be nothing; but what is there may also swallow
 * writes without a fault, as on the MPS2, or be the chip's own ROM. A core without an MPU ignores this. */
static void guard_stack(void) {
  TM_MPU_RNR = 0;
  TM_MPU_RBAR = (uint32_t)(uintptr_t)__tm_stack_bottom - (1u << STACK_GUARD_LOG2_BYTES);
  TM_MPU_RASR = TM_MPU_RASR_NO_ACCESS(STACK_GUARD_LOG2_BYTES);
  TM_MPU_CTRL = TM_MPU_CTRL_ON;
  __asm volatile("dsb \n isb" ::: "memory");
}

/* The barriers keep the compiler from turning these loops into calls of memcpy and memset, which generated
 * code may not have linked. */
__attribute__((used, noreturn)) void tm_start_c(void) {
  TM_SCB_VTOR = (uint32_t)(uintptr_t)tm_vectors;
  TM_SCB_SHCSR |= TM_SCB_SHCSR_FAULTS_ENABLED;
  TM_SCB_CPACR |= TM_SCB_CPACR_FPU;
  guard_stack();

  const uint32_t *from = __tm_data_load;
  for (uint32_t *to = __tm_data_start; to < __tm_data_end; ++to) {
    *to = *from++;
    __asm volatile("" ::: "memory");
  }
  for (uint32_t *to = __tm_bss_start; to < __tm_bss_end; ++to) {
    *to = 0;
    __asm volatile("" ::: "memory");
  }
  (void)main();
  tm_port_halt();
  for (;;) {
  }
}

/* Comes here with the stack pointer where the fault left it, after an overflow outside RAM. The program does not
 * continue, so that its stack is free for the report: start at its top again. The frame that the core pushed
 * (r0-r3, r12, lr, pc, psr) is read first, and only if it lies in the stack at all. */
__attribute__((naked, used)) void tm_fault_entry(void) {
  __asm volatile(
      "mov r2, sp                 \n"
      "ldr r3, =__tm_stack_bottom \n"
      "ldr r12, =__tm_stack_top   \n"
      "mov sp, r12                \n"
      "movs r0, #0                \n"
      "movs r1, #0                \n"
      "cmp r2, r3                 \n"
      "blo 1f                     \n"
      "sub r12, r12, #32          \n"
      "cmp r2, r12                \n"
      "bhi 1f                     \n"
      "ldr r0, [r2, #24]          \n"
      "ldr r1, [r2, #20]          \n"
      "1: b tm_fault_taken        \n");
}

/* The fault status register tells the cause, except of a fault that has none there (a fault while handling one,
 * an unexpected interrupt); then the number of the exception stands for it. */
__attribute__((used)) void tm_fault_taken(uint32_t pc, uint32_t lr) {
  uint32_t exception;
  __asm volatile("mrs %0, ipsr" : "=r"(exception));
  uint32_t status = TM_SCB_CFSR;
  tm_fault(status != 0 ? status : exception << TM_FAULT_EXCEPTION_SHIFT, pc, lr);
  tm_port_halt();
}
