/* Runs kernels that compute rows, each in a room of guards, and sends one byte for each: 0, or what was wrong. */
#include "cases.h" /* rendered: the structs of the cases, after the types below; see harness.py */
#include "tm_port.h"
#include "tm_rows.h"

enum {
  GUARD = 64,
  CHANGED_OUTPUT_GUARD = 1,
  CHANGED_SCRATCH_GUARD = 2,
  CHANGED_INPUT = 3,
  DIFFERS = 4,
  CHANGED_REGISTER = 5
};

/* Guard, output, guard, scratch, guard, and each input with a guard behind it. Everything starts at a word, and no
 * two cases at the same place. */
static uint8_t room[ROOM_BYTES] __attribute__((aligned(16)));

void tm_fault(const tm_fault_state *state) {
  (void)state;
  tm_port_halt();
}

static uint32_t words(uint32_t size) { return (size + 3) / 4 * 4; }

static int kept(const uint8_t *from, const uint8_t *to, uint8_t paint) {
  for (; from < to; from++) {
    if (*from != paint) return 0;
  }
  return 1;
}

static int same(const uint8_t *a, const uint8_t *b, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    if (a[i] != b[i]) return 0;
  }
  return 1;
}

/* Call a kernel with four arguments; return 0 if it left r4 to r11 and the stack pointer as they were. */
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

/* Return 0 if all calls kept the registers that they must keep. */
static uint32_t run(const row_case *c, const int8_t *const inputs[], int8_t *output, void *scratch) {
  uint32_t changed = 0;
  for (int32_t image = 0; image < c->images; image++) {
    for (int32_t y = 0; y < c->height; y++) {
      const int8_t *rows[MOST_ROWS];
      uint32_t at = 0;
      for (uint32_t i = 0; i < c->source_count; i++) {
        const row_source *s = &c->sources[i];
        tm_rows(rows + at, s->taps, inputs[i] + image * s->height * s->row_bytes, s->height, s->row_bytes,
                y * s->stride - s->pad, s->dilation);
        at += (uint32_t)s->taps;
      }
      const uint32_t arguments[] = {(uint32_t)rows, (uint32_t)output, (uint32_t)scratch, (uint32_t)c->constants};
      changed |= call(c->function, arguments);
      output += c->row_bytes;
    }
  }
  return changed;
}

/* One run with all bytes that no input holds set to `paint`: what a kernel reads there shows in its output. */
static uint8_t check(const row_case *c, uint32_t shift, uint8_t paint) {
  for (uint32_t i = 0; i < ROOM_BYTES; i++) room[i] = paint;
  uint8_t *const output = room + GUARD + shift, *const output_end = output + c->output_bytes;
  uint8_t *const scratch = output + words(c->output_bytes) + GUARD, *const scratch_end =
                                                                        scratch + c->scratch_bytes;
  const int8_t *inputs[MOST_ROWS];
  uint8_t *place = scratch + words(c->scratch_bytes) + GUARD;
  for (uint32_t i = 0; i < c->source_count; i++) {
    inputs[i] = (const int8_t *)place;
    for (uint32_t k = 0; k < c->sources[i].size; k++) place[k] = c->sources[i].data[k];
    place += words(c->sources[i].size) + GUARD;
  }
  if (c->in_place) {
    if (run(c, inputs, (int8_t *)inputs[0], scratch) != 0) return CHANGED_REGISTER;
    return same((const uint8_t *)inputs[0], c->expected, c->output_bytes) ? 0 : DIFFERS;
  }
  if (run(c, inputs, (int8_t *)output, scratch) != 0) return CHANGED_REGISTER;
  if (!kept(room, output, paint) || !kept(output_end, scratch, paint)) return CHANGED_OUTPUT_GUARD;
  if (!kept(scratch_end, (const uint8_t *)inputs[0], paint)) return CHANGED_SCRATCH_GUARD;
  for (uint32_t i = 0; i < c->source_count; i++) {
    const uint8_t *const end = (const uint8_t *)inputs[i] + c->sources[i].size;
    const uint8_t *const next = i + 1 < c->source_count ? (const uint8_t *)inputs[i + 1] : room + ROOM_BYTES;
    if (!same((const uint8_t *)inputs[i], c->sources[i].data, c->sources[i].size)) return CHANGED_INPUT;
    if (!kept(end, next, paint)) return CHANGED_INPUT;
  }
  return same(output, c->expected, c->output_bytes) ? 0 : DIFFERS;
}

int main(void) {
  tm_port_init();
  for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    uint8_t wrong = check(&cases[i], i % 4 * 4, 0x80);
    if (wrong == 0) wrong = check(&cases[i], i % 4 * 4, 0x7f);
    tm_port_write(wrong);
  }
  tm_port_halt();
}
