/* The clock tree of the STM32 families F4 and F7, which differ in little. */
#ifndef TM_STM32_RCC_F4_H
#define TM_STM32_RCC_F4_H

#include "tm_stm32.h"

#define TM_STM32_RCC_CR 0x40023800u
#define TM_STM32_RCC_PLLCFGR 0x40023804u
#define TM_STM32_RCC_CFGR 0x40023808u
#define TM_STM32_RCC_AHB1ENR 0x40023830u
#define TM_STM32_RCC_APBENR(bus) (0x40023840u + 4u * ((bus)-1u))
#define TM_STM32_RCC_CFGR_PLL (2u << 0)
#define TM_STM32_RCC_CFGR_USED (3u << 2)
#define TM_STM32_RCC_CFGR_PLL_USED (2u << 2)
#define TM_STM32_RCC_CFGR_APB1_BY_4 (5u << 10)
#define TM_STM32_RCC_CFGR_APB2_BY_2 (4u << 13)
#define TM_STM32_RCC_APB1_PWR 28u

/* PWR_CR and PWR_CSR in the F4, PWR_CR1 and PWR_CSR1 in the F7. */
#define TM_STM32_PWR_CR 0x40007000u
#define TM_STM32_PWR_CSR 0x40007004u
#define TM_STM32_PWR_OVER_DRIVE (1u << 16)
#define TM_STM32_PWR_OVER_DRIVE_SWITCHED (1u << 17)

#define TM_STM32_FLASH_ACR 0x40023C00u
#define TM_STM32_FLASH_ACR_LATENCY (15u << 0)
#define TM_STM32_FLASH_HZ_PER_WAIT_STATE (30u * TM_MHZ) /* at 2.7 to 3.6 V */
#define TM_STM32_FLASH_WAIT_STATES ((TM_BOARD_CLOCK_HZ - 1u) / TM_STM32_FLASH_HZ_PER_WAIT_STATE)

#define TM_STM32_HSI_HZ (16u * TM_MHZ)

/* The PLL: source / M is what its oscillator compares with, times N what that makes, half of that the core's
 * clock. The second output, for USB, is not used but kept within its 48 MHz. */
#define TM_STM32_PLL_INPUT_HZ TM_MHZ
#define TM_STM32_PLL_P 2u
#define TM_STM32_PLL_M (TM_STM32_PLL_SOURCE_HZ(TM_STM32_HSI_HZ) / TM_STM32_PLL_INPUT_HZ)
#define TM_STM32_PLL_VCO_HZ (TM_BOARD_CLOCK_HZ * TM_STM32_PLL_P)
#define TM_STM32_PLL_N (TM_STM32_PLL_VCO_HZ / TM_STM32_PLL_INPUT_HZ)
#define TM_STM32_PLL_Q ((TM_STM32_PLL_VCO_HZ + 48u * TM_MHZ - 1u) / (48u * TM_MHZ))
#define TM_STM32_PLLCFGR_RESERVED (2u << 28) /* as after a reset; some chips have a third output there */
#define TM_STM32_PLLCFGR                                                     \
  (TM_STM32_PLL_M | TM_STM32_PLL_N << 6 | (TM_STM32_PLL_P / 2u - 1u) << 16 | \
   (uint32_t)TM_STM32_HAS_CRYSTAL << 22 | TM_STM32_PLL_Q << 24 | TM_STM32_PLLCFGR_RESERVED)

#if TM_STM32_PLL_SOURCE_HZ(TM_STM32_HSI_HZ) % TM_STM32_PLL_INPUT_HZ != 0 || TM_STM32_PLL_M < 2u || \
    TM_STM32_PLL_M > 63u
#error "The board's crystal must have 2 to 63 whole MHz."
#endif
#if TM_STM32_PLL_VCO_HZ % TM_STM32_PLL_INPUT_HZ != 0 || TM_STM32_PLL_N < 100u || TM_STM32_PLL_N > 432u
#error "The board's clock must be 50 to 216 MHz, in steps of 500 kHz."
#endif

/* Lets the chip's regulator give more, as the highest clocks need. To be called before the core is on the PLL. */
static inline bool tm_stm32_start_over_drive(void) {
  tm_stm32_enable(TM_STM32_RCC_APBENR(1u), TM_STM32_RCC_APB1_PWR);
  TM_REGISTER(TM_STM32_PWR_CR) |= TM_STM32_PWR_OVER_DRIVE;
  if (!tm_stm32_wait_for(TM_STM32_PWR_CSR, TM_STM32_PWR_OVER_DRIVE, TM_STM32_PWR_OVER_DRIVE)) {
    return false;
  }
  TM_REGISTER(TM_STM32_PWR_CR) |= TM_STM32_PWR_OVER_DRIVE_SWITCHED;
  return tm_stm32_wait_for(TM_STM32_PWR_CSR, TM_STM32_PWR_OVER_DRIVE_SWITCHED, TM_STM32_PWR_OVER_DRIVE_SWITCHED);
}

/* Starts source and PLL and runs the core from it: above `over_drive_hz` with over-drive. `flash_acr` is what the
 * flash's access register gets besides the wait states. Returns whether that worked; if not, the chip stays on its
 * internal oscillator with undivided buses, as after a reset. */
static inline bool tm_stm32_start_clock(uint32_t over_drive_hz, uint32_t flash_acr) {
  if (!tm_stm32_start_crystal(TM_STM32_RCC_CR)) {
    return false;
  }
  TM_REGISTER(TM_STM32_RCC_PLLCFGR) = TM_STM32_PLLCFGR;
  if (!tm_stm32_start_pll(TM_STM32_RCC_CR)) {
    return false;
  }
  if (TM_BOARD_CLOCK_HZ > over_drive_hz && !tm_stm32_start_over_drive()) {
    return false;
  }
  TM_REGISTER(TM_STM32_FLASH_ACR) = flash_acr | TM_STM32_FLASH_WAIT_STATES;
  if (!tm_stm32_wait_for(TM_STM32_FLASH_ACR, TM_STM32_FLASH_ACR_LATENCY, TM_STM32_FLASH_WAIT_STATES)) {
    return false;
  }
  TM_REGISTER(TM_STM32_RCC_CFGR) =
      TM_STM32_RCC_CFGR_APB1_BY_4 | TM_STM32_RCC_CFGR_APB2_BY_2 | TM_STM32_RCC_CFGR_PLL;
  if (!tm_stm32_wait_for(TM_STM32_RCC_CFGR, TM_STM32_RCC_CFGR_USED, TM_STM32_RCC_CFGR_PLL_USED)) {
    TM_REGISTER(TM_STM32_RCC_CFGR) = 0;
    return false;
  }
  return true;
}

/* The clock of the console's bus, given the core's. */
static inline uint32_t tm_stm32_console_clock_hz(uint32_t clock_hz) {
  if (clock_hz != TM_BOARD_CLOCK_HZ) {
    return clock_hz; /* undivided, after a reset */
  }
  return clock_hz / (TM_BOARD_CONSOLE_APB == 1u ? 4u : 2u);
}

#endif
