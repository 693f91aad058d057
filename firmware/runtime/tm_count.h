/* Counts the ticks of a piece of work. */
#ifndef TM_COUNT_H
#define TM_COUNT_H

#include <stdint.h>

typedef struct {
  uint32_t start; /* the counter when the work began, right after it had changed */
  uint32_t ticks; /* how far the counter ran, with all that counting costs */
} tm_count;

/* Counts one call of `work` with `a` and `b`, which takes less than 2^32 ticks. */
tm_count tm_count_call(void (*work)(uint32_t, uint32_t), uint32_t a, uint32_t b);

/* Counts a loop of `iterations` times TM_CALIBRATE_INSTRUCTIONS instructions, or for 0 an empty function. */
tm_count tm_count_loop(uint32_t iterations);

#endif
