/* A bounds-checked reader of the FlatBuffers wire format (https://flatbuffers.dev/internals/).
 *
 * Any bytes give values: the first read outside the file sets `malformed`, and that read and all absent fields
 * give 0. Nothing is read outside the file, so a caller may look at `malformed` as late as it likes, before it
 * acts on what it read. Tables and fields are positions in the file; 0, where no table can be, is an absent one.
 */
#ifndef TM_FLATBUFFER_H
#define TM_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Preparation runs once for a model: the compiler makes it small rather than fast. */
#define TM_COLD __attribute__((cold))

typedef struct {
  const uint8_t *data;
  uint32_t size; /* bytes, below 2^31 */
  bool malformed;
} tm_flatbuffer;

typedef struct {
  uint32_t start; /* position of the first element */
  uint32_t length;
} tm_vector;

/* The little-endian value of `size` (1, 2 or 4) bytes. */
uint32_t tm_read(tm_flatbuffer *file, uint32_t position, uint32_t size) TM_COLD;

/* The position that the offset at `position` points to. */
uint32_t tm_follow(tm_flatbuffer *file, uint32_t position) TM_COLD;

/* The position of the field in `slot` of a table, or 0. */
uint32_t tm_field(tm_flatbuffer *file, uint32_t table, uint32_t slot) TM_COLD;

/* A field that is a number or a vector: its slot, and the bytes (1 to 8) of the number or of each element. */
#define TM_FIELD(slot, bytes) ((slot) << 4 | (bytes))
#define TM_FIELD_SLOT(field) ((field) >> 4)
#define TM_FIELD_BYTES(field) ((field)&15u)

/* The number in a field, or `absent`; of one byte as signed. */
int32_t tm_scalar(tm_flatbuffer *file, uint32_t table, uint32_t field, int32_t absent) TM_COLD;

/* Whether the bits are those of a finite float above 0. */
bool tm_is_positive(uint32_t bits) TM_COLD;

/* The float of these bits. */
float tm_float(uint32_t bits) TM_COLD;

/* A field that is a table, or 0. */
uint32_t tm_table(tm_flatbuffer *file, uint32_t table, uint32_t slot) TM_COLD;

/* Find the vector in a field, all of whose elements lie in the file; an absent one is empty. */
void tm_vector_read(tm_flatbuffer *file, uint32_t table, uint32_t field, tm_vector *vector) TM_COLD;

/* Element `index` of a vector of int32, and the table that element `index` of a vector of tables is. */
int32_t tm_int32_at(tm_flatbuffer *file, tm_vector vector, uint32_t index) TM_COLD;
uint32_t tm_table_at(tm_flatbuffer *file, tm_vector vector, uint32_t index) TM_COLD;

/* Whether two arrays hold the same bytes. */
bool tm_is_same(const void *a, const void *b, uint32_t size) TM_COLD;

#endif
