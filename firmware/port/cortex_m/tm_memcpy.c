/* A memcpy of aligned accesses. The C library's own for Armv7-M and later copies through unaligned ones, which the
 * start-up code makes fault, so that a wrong pointer does not pass in silence; this one takes its place. */
#include "tm_cortex_m.h"

#if TM_MAINLINE
#include <stddef.h>

#define WORD sizeof(uint32_t)
#define WORD_BITS 32u
#define IS_ALIGNED(pointer) ((uintptr_t)(pointer) % WORD == 0)

/* Keeps the compiler from making a call of memcpy out of a loop of its own. */
#define STEP() __asm volatile("" ::: "memory")

/* The words may be of any type, char among them. */
typedef uint32_t __attribute__((may_alias)) tm_word;

/* Copies whole words to `to`, which is aligned, from an address that is not: each one is put together from the two
 * that it lies across. Both are aligned, and each holds at least one byte of the source, so that memory which one
 * may not read is never touched. */
static void copy_across_words(tm_word *to, const uint8_t *from, size_t words) {
  const uint32_t low = (uint32_t)((uintptr_t)from % WORD) * 8u;
  const tm_word *next = (const tm_word *)(from - (uintptr_t)from % WORD);
  uint32_t held = *next++ >> low;
  for (; words != 0; --words) {
    const uint32_t word = *next++;
    *to++ = held | word << (WORD_BITS - low);
    held = word >> low;
    STEP();
  }
}

static void copy_words(tm_word *to, const tm_word *from, size_t words) {
  for (; words >= 4u; words -= 4u) {
    const uint32_t a = from[0], b = from[1], c = from[2], d = from[3];
    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
    to += 4;
    from += 4;
    STEP();
  }
  for (; words != 0; --words) {
    *to++ = *from++;
    STEP();
  }
}

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  uint8_t *target = to;
  const uint8_t *source = from;
  while (size != 0 && !IS_ALIGNED(target)) {
    *target++ = *source++;
    --size;
    STEP();
  }
  const size_t words = size / WORD;
  if (IS_ALIGNED(source)) {
    copy_words((tm_word *)target, (const tm_word *)source, words);
  } else if (words != 0) {
    copy_across_words((tm_word *)target, source, words);
  }
  for (size_t i = words * WORD; i < size; ++i) {
    target[i] = source[i];
    STEP();
  }
  return to;
}
#endif
