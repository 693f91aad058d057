#include "tm_count.h"

#include "tm_port.h"
#include "tm_protocol.h"

static void nothing(uint32_t iterations, uint32_t unused) {
  (void)iterations;
  (void)unused;
}

#if defined(__thumb__)
#if TM_CALIBRATE_INSTRUCTIONS != 2
#error "the loop below has two instructions"
#endif

static void loop(uint32_t iterations, uint32_t unused) {
  uint32_t left = iterations;
  (void)unused;
  __asm volatile(
      ".syntax unified\n"
      "1: subs %0, %0, #1\n"
      "   bne 1b\n"
      : "+l"(left)
      :
      : "cc");
}
#elif defined(__riscv)
#if TM_CALIBRATE_INSTRUCTIONS != 2
#error "the loop below has two instructions"
#endif

static void loop(uint32_t iterations, uint32_t unused) {
  uint32_t left = iterations;
  (void)unused;
  __asm volatile(
      "1: addi %0, %0, -1\n"
      "   bnez %0, 1b\n"
      : "+r"(left));
}
#else
/* On a host, where tests run the device's half of the link, nobody relies on the length of the loop. */
static void loop(uint32_t iterations, uint32_t unused) {
  (void)unused;
  for (volatile uint32_t left = iterations; left != 0;) {
    left = left - 1u;
  }
}
#endif

/* Not inlined, so that every count costs the same whatever is counted. */
__attribute__((noinline)) tm_count tm_count_call(void (*work)(uint32_t, uint32_t), uint32_t a, uint32_t b) {
  tm_count count;
  const uint32_t before = tm_port_ticks();
  do {
    count.start = tm_port_ticks();
  } while (count.start == before);
  work(a, b);
  count.ticks = tm_port_ticks() - count.start;
  return count;
}

tm_count tm_count_loop(uint32_t iterations) {
  return tm_count_call(iterations == 0 ? nothing : loop, iterations, 0);
}
