/* A port for the host: the link is a pair of file descriptors, standard input and output. */
#include <poll.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "tm_device.h"
#include "tm_port.h"

#define STACK_WORDS 1024
#define STACK_USED_WORDS 24
#define NO_INTERRUPT_HERTZ 7
#define MOST_BAUD 921600u
#define DRAIN_US 200000

/* A stack that looks as if its upper 24 words had been used once. */
uint32_t __tm_stack_bottom[STACK_WORDS];
__asm(".globl __tm_stack_top\n.set __tm_stack_top, __tm_stack_bottom + 4096");

/* No word of the stack lies in it. */
const uint8_t __tm_code_start[1];
__asm(".globl __tm_code_end\n.set __tm_code_end, __tm_code_start");

/* Enough for two queues of 1024 bytes. */
uint8_t __tm_spare_start[3000];
__asm(".globl __tm_spare_end\n.set __tm_spare_end, __tm_spare_start + 3000");

extern const tm_model test_model;

static jmp_buf start;
static uint32_t ticks;
static int wait_ms = -1;

void tm_port_init(void) {}

uint32_t tm_port_clock_hz(void) { return 120000000u; }

int32_t tm_port_read(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  uint8_t byte;
  if (poll(&input, 1, wait_ms) == 0) {
    return -1;
  }
  const ssize_t got = read(STDIN_FILENO, &byte, 1);
  if (got <= 0) {
    exit(0); /* the host has gone */
  }
  return byte;
}

void tm_port_write(uint8_t byte) {
  if (write(STDOUT_FILENO, &byte, 1) != 1) {
    exit(0);
  }
}

/* A clock that only goes on when it is read makes counts that a test can foretell; a test of time asks for a rate.
 */
uint32_t tm_port_ticks(void) {
  const char *hertz = getenv("TINYML_TICKS_HZ");
  if (hertz == NULL) {
    return ticks++;
  }
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const double seconds = (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
  return (uint32_t)(uint64_t)(seconds * atof(hertz));
}

/* No interrupt comes: the line is TM_LINE_POLLED; a read must not wait then. */
bool tm_port_interrupt(uint32_t hertz, void (*serve)(void)) {
  (void)serve;
  if (hertz == NO_INTERRUPT_HERTZ) {
    return false;
  }
  wait_ms = hertz == 0 ? -1 : 0;
  return true;
}

/* The rate is told in a file, so that a test's line can garble what is sent at another. */
bool tm_port_baud(uint32_t baud, bool now) {
  const char *name = getenv("TINYML_BAUD_FILE");
  if (name == NULL || (baud != 0 && baud > MOST_BAUD)) {
    return false;
  }
  if (now) {
    usleep(DRAIN_US); /* what was sent before arrives at the old rate */
    FILE *file = fopen(name, "w");
    fprintf(file, "%u", (unsigned)baud);
    fclose(file);
  }
  return true;
}

/* What a reset does not erase is still there after this one, where a test asks for it. */
void tm_port_reset(void) {
  if (getenv("TINYML_RESTARTS") == NULL) {
    exit(17);
  }
  longjmp(start, 1);
}

void tm_port_halt(void) { exit(18); }

int main(void) {
  for (uint32_t i = 0; i < STACK_WORDS - STACK_USED_WORDS; i++) {
    __tm_stack_bottom[i] = TM_STACK_PAINT;
  }
  (void)setjmp(start);
  tm_device_serve(&test_model);
}
