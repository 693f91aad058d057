/* A port for the host: the link is a pair of file descriptors, standard input and output. */
#include <poll.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "tm_device.h"
#include "tm_port.h"

#define STACK_WORDS 1024
#define STACK_USED_WORDS 24

/* A stack that looks as if its upper 24 words had been used once. */
uint32_t __tm_stack_bottom[STACK_WORDS];
__asm(".globl __tm_stack_top\n.set __tm_stack_top, __tm_stack_bottom + 4096");

extern const tm_model test_model;

static uint32_t ticks;

void tm_port_init(void) {}

uint32_t tm_port_clock_hz(void) { return 12000000u; }

int32_t tm_port_read(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  uint8_t byte;
  (void)poll(&input, 1, -1);
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

/* A clock that only goes on when it is read makes counts that a test can foretell. */
uint32_t tm_port_ticks(void) { return ticks++; }

void tm_port_reset(void) { exit(17); }

void tm_port_halt(void) { exit(18); }

int main(void) {
  for (uint32_t i = 0; i < STACK_WORDS - STACK_USED_WORDS; i++) {
    __tm_stack_bottom[i] = TM_STACK_PAINT;
  }
  tm_device_serve(&test_model);
}
