/* Runs kernels that compute rows on a board: each on buffers of its own with guard zones around them. For each
 * case a byte goes to the host: 0, or the sum of what is wrong. */
#include "cases.h" /* rendered: what is run */
#include "tm_port.h"
#include "tm_rows.h"

enum { OUTPUT_DIFFERS = 1, GUARD_CHANGED = 2, INPUT_CHANGED = 4, REGISTER_CHANGED = 8 };
enum { GUARD_BYTES = 64, GUARD = 0xA5, FRESH = 0x5A, MOST_SOURCES = 2, MOST_ROWS = 64 };

static uint8_t pool[POOL_BYTES] __attribute__((aligned(8)));
static uint32_t used;

void tm_fault(uint32_t cause, uint32_t pc, uint32_t lr) {
  (void)(cause + pc + lr);
  tm_port_halt(); /* the host waits in vain */
}

/* Call `function` with four arguments; return 0 if it left r4 to r11 and the stack pointer as they were. */
__attribute__((naked)) static uint32_t call(row_function function __attribute__((unused)),
                                            const uint32_t arguments[4] __attribute__((unused))) {
  __asm__(
      "push {r4-r11, lr}\n"
      "mov r12, r0\n"
      "ldm r1, {r0-r3}\n"
      "mov r4, #4\n mov r5, #5\n mov r6, #6\n mov r7, #7\n mov r8, #8\n mov r9, #9\n mov r10, #10\n"
      "mov r11, sp\n"
      "blx r12\n"
      "eor r4, #4\n eor r5, #5\n eor r6, #6\n eor r7, #7\n eor r8, #8\n eor r9, #9\n eor r10, #10\n"
      "mov r0, sp\n"
      "sub r11, r0\n"
      "orr r0, r4, r5\n orr r0, r6\n orr r0, r7\n orr r0, r8\n orr r0, r9\n orr r0, r10\n orr r0, r11\n"
      "pop {r4-r11, pc}\n");
}

/* Return a buffer, aligned to 4, with a guard before it and one behind its last byte. */
static uint8_t *take(uint32_t bytes) {
  uint8_t *const buffer = pool + used + GUARD_BYTES;
  used += (GUARD_BYTES + bytes + 3) / 4 * 4;
  for (uint32_t i = 0; i < bytes; i++) buffer[i] = FRESH;
  return buffer;
}

static uint32_t differ(const uint8_t *a, const uint8_t *b, uint32_t bytes) {
  uint32_t different = 0;
  for (uint32_t i = 0; i < bytes; i++) different |= a[i] ^ b[i];
  return different != 0;
}

static uint32_t guards_differ(const uint8_t *buffer, uint32_t bytes) {
  uint32_t different = 0;
  for (uint32_t i = 0; i < GUARD_BYTES; i++) different |= buffer[-1 - (int32_t)i] ^ GUARD;
  for (uint32_t i = 0; i < GUARD_BYTES; i++) different |= buffer[bytes + i] ^ GUARD;
  return different != 0;
}

static uint8_t run(const guarded_case *test) {
  for (uint32_t i = 0; i < POOL_BYTES; i++) pool[i] = GUARD;
  used = 0;
  uint8_t *inputs[MOST_SOURCES];
  for (int32_t i = 0; i < test->source_count; i++) {
    inputs[i] = take(test->sources[i].bytes);
    for (uint32_t k = 0; k < test->sources[i].bytes; k++) inputs[i][k] = test->sources[i].data[k];
  }
  const uint32_t output_bytes = (uint32_t)(test->images * test->height * test->row_bytes);
  uint8_t *const output = take(output_bytes), *const scratch = take(test->scratch_bytes);
  uint32_t registers = 0;
  for (int32_t image = 0; image < test->images; image++) {
    for (int32_t y = 0; y < test->height; y++) {
      const int8_t *rows[MOST_ROWS];
      int32_t count = 0;
      for (int32_t i = 0; i < test->source_count; i++) {
        const guarded_source *const from = &test->sources[i];
        const int8_t *const first = (const int8_t *)inputs[i] + image * from->height * from->row_bytes;
        tm_rows(rows + count, from->taps, first, from->height, from->row_bytes, y * from->stride - from->pad,
                from->dilation);
        count += from->taps;
      }
      uint8_t *const row = output + (image * test->height + y) * test->row_bytes;
      const uint32_t arguments[] = {(uint32_t)rows, (uint32_t)row, (uint32_t)scratch, (uint32_t)test->constants};
      registers |= call(test->function, arguments);
    }
  }
  uint32_t wrong = differ(output, test->expected, output_bytes) ? OUTPUT_DIFFERS : 0;
  if (guards_differ(output, output_bytes) || guards_differ(scratch, test->scratch_bytes)) wrong |= GUARD_CHANGED;
  for (int32_t i = 0; i < test->source_count; i++) {
    if (guards_differ(inputs[i], test->sources[i].bytes)) wrong |= GUARD_CHANGED;
    if (differ(inputs[i], test->sources[i].data, test->sources[i].bytes)) wrong |= INPUT_CHANGED;
  }
  return (uint8_t)(wrong | (registers ? REGISTER_CHANGED : 0));
}

int main(void) {
  tm_port_init();
  while (tm_port_read() < 0) {
  }
  for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) tm_port_write(run(&cases[i]));
  tm_port_halt();
}
