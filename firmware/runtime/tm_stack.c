#include "tm_stack.h"

#include "tm_port.h"

/* The stack grows down, so that what is still painted at its lower end was not used. */
uint32_t tm_stack_bytes(void) {
  const uint32_t *word = __tm_stack_bottom;
  while (word != __tm_stack_top && *word == TM_STACK_PAINT) {
    word++;
  }
  return (uint32_t)(__tm_stack_top - word) * (uint32_t)sizeof(*word);
}

/* Returns the stack pointer; on a host, where tests run the device's half of the link, it is not in this stack. */
static inline uintptr_t stack_pointer(void) {
  uintptr_t sp = 0;
#if defined(__thumb__)
  __asm volatile("mov %0, sp" : "=r"(sp));
#elif defined(__riscv)
  __asm volatile("mv %0, sp" : "=r"(sp));
#endif
  return sp;
}

/* Below the pointer is nothing that lives, and what an interrupt puts there is gone when this goes on. */
void tm_stack_paint(void) {
  const uintptr_t sp = stack_pointer();
  for (volatile uint32_t *word = __tm_stack_bottom; (uintptr_t)word < sp; word++) {
    *word = TM_STACK_PAINT;
  }
}
