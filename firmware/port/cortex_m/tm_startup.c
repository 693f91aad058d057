/* Start of a Cortex-M core: vectors, stack paint, data, and the way from a fault to the runtime.
 *
 * No peripheral's interrupt is ever enabled, so that the table ends with the core's own 16 entries. The assembly
 * keeps to the instructions of Armv6-M, which all cores have. */
#include <stdbool.h>
#include <stdint.h>

#include "tm_cortex_m.h"
#include "tm_port.h"
#include "tm_variables.h"

/* The linker script puts the stack at a multiple of this. */
#define STACK_GUARD_LOG2_BYTES 16u

/* What the report of a fault needs at most. */
#define HANDLER_STACK_BYTES 512u

int main(void);
void tm_start(void);
void tm_start_c(void);
void tm_fault_entry(void);
struct tm_frame;
void tm_fault_taken(const struct tm_frame *frame, uint32_t mark, const uint32_t *saved);

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

/* Makes the core tell of what it can: each fault by itself, also those that it would pass over in silence. */
static void enable_faults(void) {
#if TM_MAINLINE
  TM_SCB_VTOR = (uint32_t)(uintptr_t)tm_vectors;
  TM_SCB_SHCSR |= TM_SCB_SHCSR_FAULTS_ENABLED;
  TM_SCB_CCR |= TM_SCB_CCR_FAULTS_SHOWN;
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

/* What the core pushes when it takes an exception. */
struct tm_frame {
  uint32_t r0_to_r3[4], r12, lr, pc, psr;
};

/* Comes here with the stack pointer where the fault left it, after an overflow outside RAM. The program does not
 * continue: where less than HANDLER_STACK_BYTES are left, the report takes the stack's top, and otherwise it goes
 * on below what is there, so that the stack can be read. Stores r8-r11 and r4-r7, and hands on where the core
 * pushed its frame, how (lr), and where these are. */
__attribute__((naked, used)) void tm_fault_entry(void) {
  __asm volatile(
      ".syntax unified            \n"
      "mov r0, sp                 \n"
      "mov r1, lr                 \n"
      "ldr r2, =__tm_stack_bottom \n"
      "ldr r3, =%c0               \n"
      "adds r2, r2, r3            \n"
      "ldr r3, =__tm_stack_top    \n"
      "cmp r0, r2                 \n"
      "blo 1f                     \n"
      "cmp r0, r3                 \n"
      "bls 2f                     \n"
      "1: mov sp, r3              \n"
      "2: push {r4-r7}            \n"
      "mov r4, r8                 \n"
      "mov r5, r9                 \n"
      "mov r6, r10                \n"
      "mov r7, r11                \n"
      "push {r4-r7}               \n"
      "mov r2, sp                 \n"
      "bl tm_fault_taken          \n" ::"i"(HANDLER_STACK_BYTES));
}

__attribute__((weak, alias("tm_fault_entry"))) void tm_cpu_systick(void);

/* The fault status register tells the cause, except of a fault that has none there (a fault while handling one, an
 * unexpected interrupt, the watchdog's); then the number of the exception stands for it. */
static uint32_t fault_cause(bool in_stack) {
  uint32_t exception;
  __asm volatile("mrs %0, ipsr" : "=r"(exception));
#if TM_MAINLINE
  (void)in_stack;
  const uint32_t status = TM_SCB_CFSR;
#else
  const uint32_t status = in_stack ? 0 : TM_FAULT_OUTSIDE_STACK;
#endif
  return status != 0 && exception != TM_EXCEPTION_NMI ? status : exception << TM_FAULT_EXCEPTION_SHIFT;
}

static uint32_t fault_address(void) {
#if TM_MAINLINE
  if ((TM_SCB_CFSR & TM_SCB_CFSR_MMARVALID) != 0) {
    return TM_SCB_MMFAR;
  }
  if ((TM_SCB_CFSR & TM_SCB_CFSR_BFARVALID) != 0) {
    return TM_SCB_BFAR;
  }
#endif
  return 0;
}

/* Returns how many bytes the core pushed: bit 4 of its mark in lr is clear where 18 words of the floating-point
 * unit are among them, and bit 9 of the pushed psr tells of a word that aligns it. */
static uint32_t frame_bytes(const struct tm_frame *frame, uint32_t mark) {
  return (uint32_t)sizeof(*frame) + ((mark & (1u << 4)) == 0 ? 18u * 4u : 0) + (frame->psr >> 9 & 1u) * 4u;
}

/* The frame is read only if it lies in the stack at all. At the stack's very bottom is the pointer too where
 * Armv8-M kept it from going further and pushed nothing. */
__attribute__((used)) void tm_fault_taken(const struct tm_frame *frame, uint32_t mark, const uint32_t *saved) {
  const uintptr_t at = (uintptr_t)frame;
  const bool in_stack =
      at > (uintptr_t)__tm_stack_bottom && at <= (uintptr_t)__tm_stack_top - (uintptr_t)sizeof(*frame);
  tm_fault_state state = {.cause = fault_cause(in_stack), .address = fault_address()};
  for (uint32_t i = 0; i < 4u; ++i) {
    state.registers[4u + i] = saved[4u + i];
    state.registers[8u + i] = saved[i];
    state.registers[i] = in_stack ? frame->r0_to_r3[i] : 0;
  }
  state.registers[TM_FAULT_SP] = (uint32_t)at;
  if (in_stack) {
    state.registers[12] = frame->r12;
    state.registers[TM_FAULT_SP] += frame_bytes(frame, mark);
    state.registers[TM_FAULT_LR] = frame->lr;
    state.registers[TM_FAULT_PC] = frame->pc;
    state.registers[16] = frame->psr;
  }
  tm_fault(&state);
  tm_port_halt();
}
