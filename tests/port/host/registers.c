/* Registers that a port on the host reads and writes: memory, but for the bits that the test has promised. Where
 * the test has said which addresses keep what is written, the others read as zero. */
#include <stdlib.h>

#include "tm_cortex_m.h"
#include "tm_port.h"

#define REGISTERS 256u
#define RANGES 32u

typedef struct {
  uint32_t address;
  uint32_t value;
  uint32_t ready_mask;
  uint32_t ready_bits;
  uint32_t polls; /* how many more accesses until the promised bits show */
  uint32_t accesses;
} tm_model_entry;

typedef struct {
  uint32_t origin;
  uint32_t bytes;
} tm_model_range;

static tm_model_entry entries[REGISTERS];
static uint32_t used;
static tm_model_range kept[RANGES];
static uint32_t ranges;

static tm_model_entry *find(uint32_t address) {
  for (uint32_t i = 0; i < used; ++i) {
    if (entries[i].address == address) {
      return &entries[i];
    }
  }
  if (used == REGISTERS) {
    abort();
  }
  entries[used].address = address;
  return &entries[used++];
}

static int is_kept(uint32_t address) {
  for (uint32_t i = 0; i < ranges; ++i) {
    if (address - kept[i].origin < kept[i].bytes) {
      return 1;
    }
  }
  return ranges == 0;
}

volatile void *tm_model_register(uint32_t address) {
  tm_model_entry *entry = find(address);
  ++entry->accesses;
  if (!is_kept(address)) {
    entry->value = 0;
  }
  if (entry->polls != 0) {
    --entry->polls;
  } else {
    entry->value = (entry->value & ~entry->ready_mask) | entry->ready_bits;
  }
  return &entry->value;
}

/* Before the port starts: the register holds `value`. */
void tm_model_set(uint32_t address, uint32_t value) { find(address)->value = value; }

/* After `polls` accesses the bits of `mask` are as in `bits`, whatever is written. */
void tm_model_promise(uint32_t address, uint32_t mask, uint32_t bits, uint32_t polls) {
  tm_model_entry *entry = find(address);
  entry->ready_mask = mask;
  entry->ready_bits = bits;
  entry->polls = polls;
}

/* Before the port starts: these addresses keep what is written. */
void tm_model_keep(uint32_t origin, uint32_t bytes) {
  if (ranges == RANGES) {
    abort();
  }
  kept[ranges++] = (tm_model_range){.origin = origin, .bytes = bytes};
}

/* The registers in the order in which the port or the test first named them. */
uint32_t tm_model_count(void) { return used; }
uint32_t tm_model_address(uint32_t index) { return entries[index].address; }

uint32_t tm_model_value(uint32_t address) { return find(address)->value; }
uint32_t tm_model_accesses(uint32_t address) { return find(address)->accesses; }

void tm_cpu_reset(void) {}
void tm_port_halt(void) {}
