#include "tm_slots.h"

#include <stddef.h>
#include <string.h>

#include "tm_build.h"
#include "tm_frame.h"
#if TM_SLOTS_IN_FLASH
#include "tm_flash.h"
#endif

/* The slot that is being written. */
static struct {
  const tm_slot *slot; /* NULL: none */
  uint32_t position;   /* how many bytes of the model it has */
} next;

static const tm_slot *slot_at(uint32_t index) {
  return (const tm_slot *)((uintptr_t)TM_SLOTS_START + index * (uintptr_t)TM_SLOT_BYTES);
}

#if TM_SLOTS_IN_FLASH
static bool erase(const tm_slot *slot) {
  const uintptr_t start = (uintptr_t)slot, end = start + TM_SLOT_BYTES;
  for (uintptr_t at = start; at < end;) {
    const uint32_t bytes = tm_flash_sector(at);
    if (bytes == 0 || bytes > end - at || !tm_flash_erase(at)) {
      return false;
    }
    at += bytes;
  }
  return true;
}

static bool write(const void *at, const uint32_t *words, uint32_t count) {
  return tm_flash_write((uintptr_t)at, words, count);
}
#else
/* RAM is written as flash is, so that what is proven of the one holds for the other. */
static bool erase(const tm_slot *slot) {
  memset((uint8_t *)(uintptr_t)slot, 0xFF, TM_SLOT_BYTES);
  return true;
}

/* Words as volatile ones, which are written in this order, each at once. */
static bool write(const void *at, const uint32_t *words, uint32_t count) {
  volatile uint32_t *to = (volatile uint32_t *)(uintptr_t)at;
  for (uint32_t i = 0; i < count; i++) {
    to[i] = words[i];
  }
  return true;
}
#endif

static bool mark(const uint32_t *word, uint32_t value) { return write(word, &value, 1u) && *word == value; }

const uint8_t *tm_slot_model(const tm_slot *slot) { return (const uint8_t *)(slot + 1); }

static bool is_announced(const tm_slot *slot) {
  return slot->magic == TM_SLOT_MAGIC && slot->length <= TM_SLOT_MODEL_BYTES &&
         slot->crc == tm_crc32(0, (const uint8_t *)slot, (uint32_t)offsetof(tm_slot, crc));
}

static bool has_its_hash(const tm_slot *slot) {
  uint8_t found[TM_SHA256_BYTES];
  tm_sha256(tm_slot_model(slot), slot->length, found);
  return memcmp(found, slot->sha256, sizeof(found)) == 0;
}

static bool counts(const tm_slot *slot) {
  return is_announced(slot) && slot->build_id == TM_BUILD_ID && slot->written == TM_SLOT_WRITTEN &&
         slot->proven == TM_SLOT_PROVEN && has_its_hash(slot);
}

const tm_slot *tm_slots_newest(const tm_slot *than) {
  const tm_slot *newest = NULL;
  for (uint32_t i = 0; i < TM_SLOT_COUNT; i++) {
    const tm_slot *slot = slot_at(i);
    const bool fits =
        (than == NULL || slot->sequence < than->sequence) && (newest == NULL || slot->sequence > newest->sequence);
    if (fits && counts(slot)) {
      newest = slot;
    }
  }
  return newest;
}

/* The number after all that were ever used, also those of swaps that failed. */
static uint32_t next_sequence(void) {
  uint32_t last = 0;
  for (uint32_t i = 0; i < TM_SLOT_COUNT; i++) {
    const tm_slot *slot = slot_at(i);
    if (is_announced(slot) && slot->sequence > last) {
      last = slot->sequence;
    }
  }
  return last + 1u;
}

bool tm_slots_announce(const tm_slot *used, uint32_t length, const uint8_t sha256[TM_SHA256_BYTES]) {
  tm_slot header = {
      .magic = TM_SLOT_MAGIC, .build_id = TM_BUILD_ID, .sequence = next_sequence(), .length = length};
  const tm_slot *slot = slot_at(used == slot_at(0) ? 1u : 0u);
  next.slot = NULL;
  if (length == 0 || length > TM_SLOT_MODEL_BYTES || !erase(slot)) {
    return false;
  }
  memcpy(header.sha256, sha256, sizeof(header.sha256));
  header.crc = tm_crc32(0, (const uint8_t *)&header, (uint32_t)offsetof(tm_slot, crc));
  const uint32_t size = (uint32_t)offsetof(tm_slot, written);
  if (!write(slot, (const uint32_t *)&header, size / 4u) || memcmp(slot, &header, size) != 0) {
    return false;
  }
  next.slot = slot;
  next.position = 0;
  return true;
}

uint32_t tm_slots_missing(void) { return next.slot == NULL ? 0 : next.slot->length - next.position; }

bool tm_slots_append(const uint32_t *words, uint32_t size) {
  const uint32_t missing = tm_slots_missing();
  if (size > missing || (size % 4u != 0 && size != missing) ||
      !write(tm_slot_model(next.slot) + next.position, words, (size + 3u) / 4u)) {
    return false;
  }
  next.position += size;
  return true;
}

const tm_slot *tm_slots_finish(void) {
  if (next.slot == NULL || tm_slots_missing() != 0 || !has_its_hash(next.slot)) {
    return NULL;
  }
  const bool is_marked = next.slot->written == TM_SLOT_WRITTEN || mark(&next.slot->written, TM_SLOT_WRITTEN);
  return is_marked ? next.slot : NULL;
}

bool tm_slots_prove(void) {
  const tm_slot *slot = next.slot;
  next.slot = NULL;
  return slot != NULL && slot->written == TM_SLOT_WRITTEN && mark(&slot->proven, TM_SLOT_PROVEN);
}
