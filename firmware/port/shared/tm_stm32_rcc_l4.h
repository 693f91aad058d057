/* The clock tree of the STM32 families L4, L4+ and L5, which differ in little besides the voltage. */
#ifndef TM_STM32_RCC_L4_H
#define TM_STM32_RCC_L4_H

#include "tm_stm32.h"

#define TM_STM32_RCC_CR 0x40021000u
#define TM_STM32_RCC_CFGR 0x40021008u
#define TM_STM32_RCC_PLLCFGR 0x4002100Cu
#define TM_STM32_RCC_AHB2ENR 0x4002104Cu
/* Bus 1 has two registers, the lower one first; then comes bus 2. */
#define TM_STM32_RCC_APBENR(bus) ((bus) == 1u ? 0x40021058u : 0x40021060u)
#define TM_STM32_RCC_CR_HSI_ON (1u << 8)
#define TM_STM32_RCC_CR_HSI_READY (1u << 10)
#define TM_STM32_RCC_CFGR_PLL (3u << 0)
#define TM_STM32_RCC_CFGR_USED (3u << 2)
#define TM_STM32_RCC_CFGR_PLL_USED (3u << 2)
#define TM_STM32_RCC_CFGR_CORE_BY_2 (8u << 4)
#define TM_STM32_RCC_PLLCFGR_FROM_HSI 2u
#define TM_STM32_RCC_PLLCFGR_FROM_HSE 3u
#define TM_STM32_RCC_PLLCFGR_R_ON (1u << 24)
#define TM_STM32_RCC_APB1_PWR 28u

#define TM_STM32_PWR_CR1 0x40007000u
#define TM_STM32_PWR_CR2 0x40007004u
#define TM_STM32_PWR_SR2 0x40007014u
#define TM_STM32_PWR_CR2_PORT_G_ON (1u << 9)
#define TM_STM32_PWR_SR2_VOLTAGE_CHANGING (1u << 10)

#define TM_STM32_FLASH_ACR 0x40022000u
#define TM_STM32_FLASH_ACR_LATENCY (15u << 0)

#define TM_STM32_PORT_G 6u
#define TM_STM32_LPUART1 0x40008000u
#define TM_STM32_CONSOLE_STEPS (TM_BOARD_CONSOLE_BASE == TM_STM32_LPUART1 ? 256u : 1u)

#define TM_STM32_MSI_HZ (4u * TM_MHZ) /* the clock after a reset */
#define TM_STM32_HSI_HZ (16u * TM_MHZ)

/* The PLL: source / M, times N, by R. */
#define TM_STM32_PLL_INPUT_HZ (4u * TM_MHZ)
#define TM_STM32_PLL_R 2u
#define TM_STM32_PLL_M (TM_STM32_PLL_SOURCE_HZ(TM_STM32_HSI_HZ) / TM_STM32_PLL_INPUT_HZ)
#define TM_STM32_PLL_VCO_HZ (TM_BOARD_CLOCK_HZ * TM_STM32_PLL_R)
#define TM_STM32_PLL_N (TM_STM32_PLL_VCO_HZ / TM_STM32_PLL_INPUT_HZ)
#define TM_STM32_PLLCFGR                                                                    \
  ((TM_STM32_HAS_CRYSTAL ? TM_STM32_RCC_PLLCFGR_FROM_HSE : TM_STM32_RCC_PLLCFGR_FROM_HSI) | \
   (TM_STM32_PLL_M - 1u) << 4 | TM_STM32_PLL_N << 8 | TM_STM32_RCC_PLLCFGR_R_ON |           \
   (TM_STM32_PLL_R / 2u - 1u) << 25)

#if TM_STM32_PLL_SOURCE_HZ(TM_STM32_HSI_HZ) % TM_STM32_PLL_INPUT_HZ != 0 || TM_STM32_PLL_M < 1u || \
    TM_STM32_PLL_M > 8u
#error "The board's crystal must be a multiple of 4 MHz, at most 32."
#endif
#if TM_STM32_PLL_VCO_HZ % TM_STM32_PLL_INPUT_HZ != 0 || TM_STM32_PLL_N < 16u || TM_STM32_PLL_N > 86u
#error "The board's clock must be 32 to 172 MHz, in steps of 2 MHz."
#endif

/* Up to here the core's clock may go from any other at once. To a higher one it goes by half of it. */
#define TM_STM32_STEPLESS_HZ (80u * TM_MHZ)
#define TM_STM32_HALF_CLOCK_POLLS 200u /* more than the microsecond that it takes */

/* Opens the way to the registers of the power control. */
static inline void tm_stm32_enable_power_control(void) {
  tm_stm32_enable(TM_STM32_RCC_APBENR(1u), TM_STM32_RCC_APB1_PWR);
}

static inline bool tm_stm32_wait_for_voltage(void) {
  return tm_stm32_wait_for(TM_STM32_PWR_SR2, TM_STM32_PWR_SR2_VOLTAGE_CHANGING, 0);
}

/* Starts what feeds the PLL. */
static inline bool tm_stm32_start_source(void) {
#if TM_STM32_HAS_CRYSTAL
  return tm_stm32_start_crystal(TM_STM32_RCC_CR);
#else
  TM_REGISTER(TM_STM32_RCC_CR) |= TM_STM32_RCC_CR_HSI_ON;
  return tm_stm32_wait_for(TM_STM32_RCC_CR, TM_STM32_RCC_CR_HSI_READY, TM_STM32_RCC_CR_HSI_READY);
#endif
}

/* Runs the core from the PLL, after a while at half its clock where that is asked for. */
static inline bool tm_stm32_switch_to_pll(void) {
  const bool by_half = TM_BOARD_CLOCK_HZ > TM_STM32_STEPLESS_HZ;
  TM_REGISTER(TM_STM32_RCC_CFGR) = TM_STM32_RCC_CFGR_PLL | (by_half ? TM_STM32_RCC_CFGR_CORE_BY_2 : 0u);
  if (!tm_stm32_wait_for(TM_STM32_RCC_CFGR, TM_STM32_RCC_CFGR_USED, TM_STM32_RCC_CFGR_PLL_USED)) {
    TM_REGISTER(TM_STM32_RCC_CFGR) = 0;
    return false;
  }
  for (uint32_t polls = 0; by_half && polls < TM_STM32_HALF_CLOCK_POLLS; ++polls) {
    (void)TM_REGISTER(TM_STM32_RCC_CFGR);
  }
  TM_REGISTER(TM_STM32_RCC_CFGR) = TM_STM32_RCC_CFGR_PLL;
  return true;
}

/* Starts source and PLL and runs the core from it; the voltage must be up to it already. `flash_acr` is what the
 * flash's access register gets besides the wait states. Returns whether that worked; if not, the chip stays on its
 * internal oscillator, as after a reset. Buses are never divided. */
static inline bool tm_stm32_start_clock(uint32_t wait_states, uint32_t flash_acr) {
  if (!tm_stm32_start_source()) {
    return false;
  }
  TM_REGISTER(TM_STM32_RCC_PLLCFGR) = TM_STM32_PLLCFGR;
  if (!tm_stm32_start_pll(TM_STM32_RCC_CR)) {
    return false;
  }
  TM_REGISTER(TM_STM32_FLASH_ACR) = flash_acr | wait_states;
  if (!tm_stm32_wait_for(TM_STM32_FLASH_ACR, TM_STM32_FLASH_ACR_LATENCY, wait_states)) {
    return false;
  }
  return tm_stm32_switch_to_pll();
}

/* Supplies port G where the console is there: its pins have a supply of their own, cut off after a reset. */
static inline void tm_stm32_supply_console(void) {
  if (TM_BOARD_CONSOLE_TX_PORT == TM_STM32_PORT_G || TM_BOARD_CONSOLE_RX_PORT == TM_STM32_PORT_G) {
    tm_stm32_enable_power_control();
    TM_REGISTER(TM_STM32_PWR_CR2) |= TM_STM32_PWR_CR2_PORT_G_ON;
  }
}

#endif
