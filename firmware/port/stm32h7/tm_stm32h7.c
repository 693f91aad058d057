/* STM32H7 of one core without a step-down converter (H742, H743, H750, H753): caches, supply, clocks, a USART as
 * the console, a 32-bit timer as the counter. */
#include "tm_board.h"
#include "tm_interrupt.h"
#include "tm_m7_caches.h"
#include "tm_port.h"
#include "tm_stm32_gpio.h"
#include "tm_stm32_timer.h"
#include "tm_stm32_usart_v2.h"

#define GPIO_BASE 0x58020000u

#define RCC_CR 0x58024400u
#define RCC_CFGR 0x58024410u
#define RCC_D1CFGR 0x58024418u
#define RCC_D2CFGR 0x5802441Cu
#define RCC_D3CFGR 0x58024420u
#define RCC_PLLCKSELR 0x58024428u
#define RCC_PLLCFGR 0x5802442Cu
#define RCC_PLL1DIVR 0x58024430u
#define RCC_AHB4ENR 0x580244E0u
/* Bus 1 has two registers, the lower one first; then comes bus 2. */
#define RCC_APBENR(bus) ((bus) == 1u ? 0x580244E8u : 0x580244F0u)
#define RCC_CFGR_PLL (3u << 0)
#define RCC_CFGR_USED (7u << 3)
#define RCC_CFGR_PLL_USED (3u << 3)
#define RCC_D1CFGR_AHB_BY_2 (8u << 0)
#define RCC_D1CFGR_APB3_BY_2 (4u << 4)
#define RCC_D2CFGR_APB1_BY_2 (4u << 4)
#define RCC_D2CFGR_APB2_BY_2 (4u << 8)
#define RCC_D3CFGR_APB4_BY_2 (4u << 4)
#define RCC_PLLCKSELR_HSI 0u
#define RCC_PLLCKSELR_HSE 2u
#define RCC_PLLCFGR_INPUT_4_TO_8_MHZ (2u << 2) /* and the wide range of its oscillator: 192 to 836 MHz */
#define RCC_PLLCFGR_P_ON (1u << 16)

#define PWR_CSR1 0x58024804u
#define PWR_CR3 0x5802480Cu
#define PWR_D3CR 0x58024818u
#define PWR_CSR1_VOLTAGE_READY (1u << 13)
#define PWR_CR3_SUPPLY (7u << 0) /* the bits that choose it, and the one that allows the choice */
#define PWR_CR3_LDO (1u << 1)
#define PWR_D3CR_SCALE (3u << 14)
#define PWR_D3CR_SCALE_1 (3u << 14)
#define PWR_D3CR_READY (1u << 13)

#define FLASH_ACR 0x52002000u
#define FLASH_ACR_LATENCY (15u << 0)
#define FLASH_ACR_DELAY(step) ((step) << 4)

#define DBGMCU_IDCODE 0x5C001000u
#define DBGMCU_REVISION(idcode) ((idcode) >> 16)
#define DBGMCU_REVISION_X 0x2001u
#define AXI_TARG7_FN_MOD 0x51008108u
#define AXI_FN_MOD_ONE_READ (1u << 0)

#define HSI_HZ (64u * TM_MHZ)

/* The PLL: source / M, times N, by P. Buses have half the core's clock, peripherals half of that. */
#define PLL_INPUT_HZ (4u * TM_MHZ)
#define PLL_P 2u
#define PLL_M (TM_STM32_PLL_SOURCE_HZ(HSI_HZ) / PLL_INPUT_HZ)
#define PLL_VCO_HZ (TM_BOARD_CLOCK_HZ * PLL_P)
#define PLL_N (PLL_VCO_HZ / PLL_INPUT_HZ)
#define BUS_HZ (TM_BOARD_CLOCK_HZ / 2u)

#if TM_STM32_PLL_SOURCE_HZ(HSI_HZ) % PLL_INPUT_HZ != 0 || PLL_M < 1u || PLL_M > 63u
#error "The board's crystal must be a multiple of 4 MHz."
#endif
#if PLL_VCO_HZ % PLL_INPUT_HZ != 0 || TM_BOARD_CLOCK_HZ < 96u * TM_MHZ || TM_BOARD_CLOCK_HZ > 400u * TM_MHZ
#error "The board's clock must be 96 to 400 MHz, in steps of 2 MHz."
#endif

/* At voltage scale 1, by the bus that the flash is at. The second figure delays writes, which do not happen here,
 * but the manual gives the two together. */
#define FLASH_WAIT_STATES ((BUS_HZ - 1u) / (70u * TM_MHZ))
#define FLASH_DELAY (BUS_HZ > 185u * TM_MHZ ? 2u : BUS_HZ > 70u * TM_MHZ ? 1u : 0u)

/* Chips before revision X may read wrong data from the AXI SRAM when several reads are under way; one at a time is
 * right (errata sheet ES0392). */
static void read_axi_sram_singly(void) {
  if (DBGMCU_REVISION(TM_REGISTER(DBGMCU_IDCODE)) < DBGMCU_REVISION_X) {
    TM_REGISTER(AXI_TARG7_FN_MOD) = AXI_FN_MOD_ONE_READ;
  }
}

/* Confirms the linear regulator as the supply, which the chip wants to hear once after power-up, and raises the
 * voltage to scale 1. */
static bool raise_voltage(void) {
  tm_stm32_change(PWR_CR3, PWR_CR3_SUPPLY, PWR_CR3_LDO);
  if (!tm_stm32_wait_for(PWR_CSR1, PWR_CSR1_VOLTAGE_READY, PWR_CSR1_VOLTAGE_READY)) {
    return false;
  }
  tm_stm32_change(PWR_D3CR, PWR_D3CR_SCALE, PWR_D3CR_SCALE_1);
  return tm_stm32_wait_for(PWR_D3CR, PWR_D3CR_READY, PWR_D3CR_READY);
}

static bool start_pll(void) {
  if (!tm_stm32_start_crystal(RCC_CR)) {
    return false;
  }
  TM_REGISTER(RCC_PLLCKSELR) = (TM_STM32_HAS_CRYSTAL ? RCC_PLLCKSELR_HSE : RCC_PLLCKSELR_HSI) | PLL_M << 4;
  TM_REGISTER(RCC_PLLCFGR) = RCC_PLLCFGR_INPUT_4_TO_8_MHZ | RCC_PLLCFGR_P_ON;
  TM_REGISTER(RCC_PLL1DIVR) = (PLL_N - 1u) | (PLL_P - 1u) << 9;
  return tm_stm32_start_pll(RCC_CR);
}

/* Starts source and PLL and runs the core from it. Returns whether that worked; if not, the chip stays on its
 * internal oscillator with undivided buses, as after a reset. */
static bool start_clock(void) {
  if (!raise_voltage() || !start_pll()) {
    return false;
  }
  TM_REGISTER(FLASH_ACR) = FLASH_WAIT_STATES | FLASH_ACR_DELAY(FLASH_DELAY);
  if (!tm_stm32_wait_for(FLASH_ACR, FLASH_ACR_LATENCY, FLASH_WAIT_STATES)) {
    return false;
  }
  TM_REGISTER(RCC_D1CFGR) = RCC_D1CFGR_AHB_BY_2 | RCC_D1CFGR_APB3_BY_2;
  TM_REGISTER(RCC_D2CFGR) = RCC_D2CFGR_APB1_BY_2 | RCC_D2CFGR_APB2_BY_2;
  TM_REGISTER(RCC_D3CFGR) = RCC_D3CFGR_APB4_BY_2;
  TM_REGISTER(RCC_CFGR) = RCC_CFGR_PLL;
  if (!tm_stm32_wait_for(RCC_CFGR, RCC_CFGR_USED, RCC_CFGR_PLL_USED)) {
    TM_REGISTER(RCC_CFGR) = 0;
    TM_REGISTER(RCC_D1CFGR) = 0;
    TM_REGISTER(RCC_D2CFGR) = 0;
    TM_REGISTER(RCC_D3CFGR) = 0;
    return false;
  }
  return true;
}

static uint32_t clock_hz;

void tm_port_init(void) {
  read_axi_sram_singly();
  tm_m7_enable_caches();
  const bool fast = start_clock();
  clock_hz = fast ? TM_BOARD_CLOCK_HZ : HSI_HZ;
  tm_stm32_enable(RCC_APBENR(TM_BOARD_CONSOLE_APB), TM_BOARD_CONSOLE_ENABLE_BIT);
  tm_stm32_enable(RCC_APBENR(TM_BOARD_COUNTER_APB), TM_BOARD_COUNTER_ENABLE_BIT);
  tm_stm32_connect_console(GPIO_BASE, RCC_AHB4ENR);
  tm_stm32_usart_start(fast ? BUS_HZ / 2u : HSI_HZ, 1u);
  tm_stm32_timer_start();
}

uint32_t tm_port_clock_hz(void) { return clock_hz; }

void tm_port_reset(void) {
  tm_stm32_usart_drain();
  tm_cpu_reset();
}
