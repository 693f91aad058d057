#include "tm_crash.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "tm_build.h"
#include "tm_frame.h"
#include "tm_model.h"

#define TM_CRASH_MAGIC 0x48535243u /* "CRSH" */

#define TM_OWN_WORDS 16u /* that the report's functions have on the stack below a variable of theirs */

/* After a power-up there is anything here: only all three together say that it is a report. */
static TM_RETAINED struct {
  uint32_t magic;
  uint32_t build_id;
  tm_fault_response report;
  uint32_t crc;
} kept;

static uint32_t address_of(const void *pointer) { return (uint32_t)(uintptr_t)pointer; }

/* Large for an address that is below it. */
static uint32_t words_above_bottom(uint32_t address) {
  return (address - address_of(__tm_stack_bottom)) / (uint32_t)sizeof(uint32_t);
}

/* A return address of Thumb code is odd. */
static bool may_be_return_address(uint32_t word) {
#ifdef __thumb__
  if ((word & 1u) == 0) {
    return false;
  }
#endif
  return word - address_of(__tm_code_start) < address_of(__tm_code_end) - address_of(__tm_code_start);
}

/* Copies what the stack pointer points to and, from as far up as it takes, what may be return addresses. After an
 * overflow the pointer is outside, and what was used last begins at the bottom; this report itself then has the
 * stack's top, and is left out. */
static void copy_stack(uint32_t sp, tm_fault_response *report) {
  uint32_t count = (uint32_t)(__tm_stack_top - __tm_stack_bottom);
  uint32_t first = words_above_bottom(sp);
  const uint32_t ours = words_above_bottom(address_of(&count)) - TM_OWN_WORDS;
  if (first >= count) {
    first = 0;
    while (first < count && __tm_stack_bottom[first] == TM_STACK_PAINT) {
      first++;
    }
  }
  if (ours > first && ours < count) {
    count = ours;
  }
  const uint32_t excerpt = (uint32_t)(sizeof(report->stack) / sizeof(report->stack[0]));
  uint32_t calls = 0;
  for (uint32_t i = first; i < count; i++) {
    const uint32_t word = __tm_stack_bottom[i];
    if (i - first < excerpt) {
      report->stack[i - first] = word;
    }
    if (may_be_return_address(word) && calls < sizeof(report->calls) / sizeof(report->calls[0])) {
      report->calls[calls++] = word;
    }
  }
}

void tm_crash_describe(const tm_fault_state *state, tm_fault_response *report) {
  memset(report, 0, sizeof(*report));
  report->cause = state->cause;
  report->address = state->address;
  for (uint32_t i = 0; i < sizeof(report->registers) / sizeof(report->registers[0]); i++) {
    report->registers[i] = state->registers[i];
  }
  copy_stack(state->registers[TM_FAULT_SP], report);
}

void tm_crash_keep(const tm_fault_response *report) {
  kept.magic = TM_CRASH_MAGIC;
  kept.build_id = TM_BUILD_ID;
  kept.report = *report;
  kept.crc = tm_crc32(0, (const uint8_t *)report, sizeof(*report));
}

const tm_fault_response *tm_crash_kept(void) {
  const bool valid = kept.magic == TM_CRASH_MAGIC && kept.build_id == TM_BUILD_ID &&
                     kept.crc == tm_crc32(0, (const uint8_t *)&kept.report, sizeof(kept.report));
  return valid ? &kept.report : NULL;
}

void tm_crash_forget(void) { kept.magic = 0; }
