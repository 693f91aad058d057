/* Runs kernels that compute rows, each in a room of guards, and sends one byte for each: 0, or what was wrong. */
#include "cases.h" /* rendered: the structs of the cases, after the types below; see harness.py */
#include "tm_port.h"
#include "tm_rows.h"

enum { GUARD = 64, CHANGED_OUTPUT_GUARD = 1, CHANGED_SCRATCH_GUARD = 2, CHANGED_INPUT = 3, DIFFERS = 4 };

/* Guard, output, guard, scratch, guard, and each input with a guard behind it. Everything starts at a word, and no
 * two cases at the same place. */
static uint8_t room[ROOM_BYTES] __attribute__((aligned(16)));

void tm_fault(uint32_t cause, uint32_t pc, uint32_t lr) {
  (void)(cause + pc + lr);
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

static void run(const row_case *c, const int8_t *const inputs[], int8_t *output, void *scratch) {
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
      c->function(rows, output, scratch, c->constants);
      output += c->row_bytes;
    }
  }
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
    run(c, inputs, (int8_t *)inputs[0], scratch);
    return same((const uint8_t *)inputs[0], c->expected, c->output_bytes) ? 0 : DIFFERS;
  }
  run(c, inputs, (int8_t *)output, scratch);
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
