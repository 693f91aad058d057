#include "tm_flatbuffer.h"

#include <string.h>

uint32_t tm_read(tm_flatbuffer *file, uint32_t position, uint32_t size) {
  if (position > file->size || size > file->size - position) {
    file->malformed = true;
    return 0;
  }
  uint32_t value = 0;
  for (uint32_t i = size; i > 0; i--) value = value << 8 | file->data[position + i - 1];
  return value;
}

uint32_t tm_follow(tm_flatbuffer *file, uint32_t position) {
  const uint32_t offset = tm_read(file, position, 4);
  if (offset > file->size - position) {
    file->malformed = true;
    return 0;
  }
  return position + offset;
}

uint32_t tm_field(tm_flatbuffer *file, uint32_t table, uint32_t slot) {
  /* A vtable outside the file is found by the next read: positions wrap to ones beyond 2^31. */
  const uint32_t vtable = table - tm_read(file, table, 4), entry = 4 + 2 * slot;
  if (entry + 2 > tm_read(file, vtable, 2)) return 0;
  const uint32_t offset = tm_read(file, vtable + entry, 2);
  return offset == 0 ? 0 : table + offset;
}

int32_t tm_scalar(tm_flatbuffer *file, uint32_t table, uint32_t field, int32_t absent) {
  const uint32_t at = tm_field(file, table, TM_FIELD_SLOT(field)), size = TM_FIELD_BYTES(field);
  if (at == 0) return absent;
  const uint32_t value = tm_read(file, at, size);
  return size == 1 ? (int8_t)value : (int32_t)value;
}

bool tm_is_positive(uint32_t bits) { return bits - 1u < 0x7F7FFFFFu; }

float tm_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}

uint32_t tm_table(tm_flatbuffer *file, uint32_t table, uint32_t slot) {
  const uint32_t at = tm_field(file, table, slot);
  return at == 0 ? 0 : tm_follow(file, at);
}

void tm_vector_read(tm_flatbuffer *file, uint32_t table, uint32_t field, tm_vector *vector) {
  const uint32_t at = tm_table(file, table, TM_FIELD_SLOT(field));
  uint32_t length = at == 0 ? 0 : tm_read(file, at, 4);
  if (length != 0 && (file->malformed || length > (file->size - at - 4) / TM_FIELD_BYTES(field))) {
    file->malformed = true;
    length = 0;
  }
  vector->start = at + 4;
  vector->length = length;
}

int32_t tm_int32_at(tm_flatbuffer *file, tm_vector vector, uint32_t index) {
  return (int32_t)tm_read(file, vector.start + 4 * index, 4);
}

uint32_t tm_table_at(tm_flatbuffer *file, tm_vector vector, uint32_t index) {
  return tm_follow(file, vector.start + 4 * index);
}

bool tm_is_same(const void *a, const void *b, uint32_t size) {
  const uint8_t *one = a, *other = b;
  while (size > 0 && *one == *other) {
    one++;
    other++;
    size--;
  }
  return size == 0;
}
