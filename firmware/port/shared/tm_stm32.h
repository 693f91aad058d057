/* What the ports of all STM32 families have in common.
 *
 * Registers are called by their addresses here, so that a wait can be told which one to look at. */
#ifndef TM_STM32_H
#define TM_STM32_H

#include <stdbool.h>
#include <stdint.h>

#include "tm_board.h"
#include "tm_cortex_m.h"

#define TM_MHZ 1000000u

/* At the fastest clock after a reset (64 MHz) more than 10 ms. A crystal needs 2, all else less. */
#define TM_STM32_WAIT_POLLS 100000u

/* Bits of RCC_CR at the same place in all families. */
#define TM_STM32_CR_HSE_ON (1u << 16)
#define TM_STM32_CR_HSE_READY (1u << 17)
#define TM_STM32_CR_HSE_BYPASS (1u << 18)
#define TM_STM32_CR_PLL_ON (1u << 24)
#define TM_STM32_CR_PLL_READY (1u << 25)

/* What the PLL makes the core's clock from: the crystal, or the chip's own oscillator where the board has none. */
#ifdef TM_BOARD_CRYSTAL_HZ
#define TM_STM32_HAS_CRYSTAL 1
#define TM_STM32_PLL_SOURCE_HZ(internal_hz) TM_BOARD_CRYSTAL_HZ
#else
#define TM_STM32_HAS_CRYSTAL 0
#define TM_STM32_PLL_SOURCE_HZ(internal_hz) (internal_hz)
#endif

/* Waits until the bits of `mask` are as in `wanted`, but not for ever: an emulator may model no clocks. Returns
 * whether they came. */
static inline bool tm_stm32_wait_for(uint32_t address, uint32_t mask, uint32_t wanted) {
  for (uint32_t polls = 0; polls < TM_STM32_WAIT_POLLS; ++polls) {
    if ((TM_REGISTER(address) & mask) == wanted) {
      return true;
    }
  }
  return false;
}

/* Replaces the bits of `mask`. */
static inline void tm_stm32_change(uint32_t address, uint32_t mask, uint32_t bits) {
  TM_REGISTER(address) = (TM_REGISTER(address) & ~mask) | bits;
}

/* Starts the crystal, or lets the clock signal in that comes in its place. Returns whether the PLL has a source;
 * without a crystal that is the port's concern. */
static inline bool tm_stm32_start_crystal(uint32_t rcc_cr) {
#if TM_STM32_HAS_CRYSTAL
  if (TM_BOARD_CLOCK_BYPASS) { /* may be set only while the oscillator is off */
    TM_REGISTER(rcc_cr) |= TM_STM32_CR_HSE_BYPASS;
  }
  TM_REGISTER(rcc_cr) |= TM_STM32_CR_HSE_ON;
  return tm_stm32_wait_for(rcc_cr, TM_STM32_CR_HSE_READY, TM_STM32_CR_HSE_READY);
#else
  (void)rcc_cr;
  return true;
#endif
}

/* Starts the PLL. Returns whether it locked. */
static inline bool tm_stm32_start_pll(uint32_t rcc_cr) {
  TM_REGISTER(rcc_cr) |= TM_STM32_CR_PLL_ON;
  return tm_stm32_wait_for(rcc_cr, TM_STM32_CR_PLL_READY, TM_STM32_CR_PLL_READY);
}

/* Clocks a peripheral. `bit` counts on over the registers that follow: bit 32 is bit 0 of the second one. */
static inline void tm_stm32_enable(uint32_t address, uint32_t bit) {
  TM_REGISTER(address + 4u * (bit / 32u)) |= 1u << (bit % 32u);
  (void)TM_REGISTER(address + 4u * (bit / 32u)); /* the clock takes two cycles; reading back waits for it */
}

#endif
