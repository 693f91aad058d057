/* What start-up code does to RAM before C runs: the image's copies into place, and zeros. */
#ifndef TM_VARIABLES_H
#define TM_VARIABLES_H

#include <stdint.h>

/* Set by the linker script. The model's constants are used where they were loaded, or in RAM. */
extern const uint32_t __tm_data_load[];
extern uint32_t __tm_data_start[];
extern uint32_t __tm_data_end[];
extern const uint32_t __tm_constants_load[];
extern uint32_t __tm_constants_start[];
extern uint32_t __tm_constants_end[];
extern uint32_t __tm_bss_start[];
extern uint32_t __tm_bss_end[];

/* The barriers keep the compiler from turning these loops into calls of memcpy and memset, which generated
 * code may not have linked. */
static inline void tm_copy_words(const uint32_t *from, uint32_t *to, const uint32_t *end) {
  while (from != to && to < end) {
    *to++ = *from++;
    __asm volatile("" ::: "memory");
  }
}

static inline void tm_prepare_variables(void) {
  tm_copy_words(__tm_data_load, __tm_data_start, __tm_data_end);
  tm_copy_words(__tm_constants_load, __tm_constants_start, __tm_constants_end);
  for (uint32_t *to = __tm_bss_start; to < __tm_bss_end; ++to) {
    *to = 0;
    __asm volatile("" ::: "memory");
  }
}

#endif
