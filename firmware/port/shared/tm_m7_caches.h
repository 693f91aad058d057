/* The caches of a Cortex-M7.
 *
 * Both are worth it: flash answers after several cycles, and RAM outside the tightly coupled memories too. No port
 * uses DMA, so that nothing but the core reads or writes what the data cache holds. */
#ifndef TM_M7_CACHES_H
#define TM_M7_CACHES_H

#include "tm_cortex_m.h"

#define TM_SCB_CCSIDR TM_REGISTER(0xE000ED80u)
#define TM_SCB_CSSELR TM_REGISTER(0xE000ED84u)
#define TM_SCB_ICIALLU TM_REGISTER(0xE000EF50u)
#define TM_SCB_DCISW TM_REGISTER(0xE000EF60u)
#define TM_SCB_CCR_DATA_CACHE (1u << 16)
#define TM_SCB_CCR_INSTRUCTION_CACHE (1u << 17)

/* The data cache: four ways, lines of 32 bytes, and as many sets as the chip's maker chose. */
#define TM_M7_WAYS 4u
#define TM_M7_WAY_SHIFT 30u
#define TM_M7_SET_SHIFT 5u
#define TM_M7_LAST_SET(ccsidr) (((ccsidr) >> 13) & 0x7FFFu)

/* Empties the caches, which hold anything after power-up, and turns them on. */
static inline void tm_m7_enable_caches(void) {
  TM_SCB_CSSELR = 0; /* the data cache */
  TM_BARRIER();
  const uint32_t last_set = TM_M7_LAST_SET(TM_SCB_CCSIDR);
  for (uint32_t set = 0; set <= last_set; ++set) {
    for (uint32_t way = 0; way < TM_M7_WAYS; ++way) {
      TM_SCB_DCISW = way << TM_M7_WAY_SHIFT | set << TM_M7_SET_SHIFT;
    }
  }
  TM_SCB_ICIALLU = 0;
  TM_BARRIER();
  TM_SCB_CCR |= TM_SCB_CCR_DATA_CACHE | TM_SCB_CCR_INSTRUCTION_CACHE;
  TM_BARRIER();
}

#endif
