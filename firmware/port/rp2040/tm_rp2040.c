/* Raspberry Pi RP2040: crystal and PLL, UART (a PL011) as the console, the core's SysTick as the counter.
 *
 * The chip's 64-bit timer ticks once a microsecond, which is 125 cycles of the core; SysTick ticks each cycle. */
#include <stdbool.h>

#include "tm_pl011.h"
#include "tm_port.h"
#include "tm_systick.h"

#define MHZ 1000000u

#define CLK_SYS_CTRL TM_REGISTER(0x4000803Cu)
#define CLK_SYS_SELECTED TM_REGISTER(0x40008044u)
#define CLK_PERI_CTRL TM_REGISTER(0x40008048u)
#define CLK_SYS_CTRL_REFERENCE 0u /* after a reset: the ring oscillator */
#define CLK_SYS_CTRL_PLL 1u       /* the auxiliary source, of which PLL_SYS is number 0 */
#define CLK_SYS_SELECTED_REFERENCE (1u << 0)
#define CLK_SYS_SELECTED_PLL (1u << 1)
#define CLK_PERI_CTRL_FROM_SYS (1u << 11) /* enabled, from source 0 */

#define RESETS_RESET TM_REGISTER(0x4000C000u)
#define RESETS_DONE TM_REGISTER(0x4000C008u)
#define RESETS_IO_BANK0 (1u << 5)
#define RESETS_PADS_BANK0 (1u << 8)
#define RESETS_PLL_SYS (1u << 12)
#define RESETS_UART0_BIT 22u
#define RESETS_CONSOLE (1u << (RESETS_UART0_BIT + (TM_BOARD_CONSOLE_BASE - 0x40034000u) / 0x4000u))

#define PSM_WDSEL TM_REGISTER(0x40010008u)
#define PSM_WDSEL_ALL_BUT_OSCILLATORS 0x1FFFCu

#define IO_CTRL(pin) TM_REGISTER(0x40014004u + 8u * (pin))
#define PADS(pin) TM_REGISTER(0x4001C004u + 4u * (pin))
#define PADS_INPUT_PULLED_UP 0x5Au /* as after a reset (4 mA, Schmitt trigger), but pulled up instead of down */

#define XOSC_CTRL TM_REGISTER(0x40024000u)
#define XOSC_STATUS TM_REGISTER(0x40024004u)
#define XOSC_STARTUP TM_REGISTER(0x4002400Cu)
#define XOSC_CTRL_ON (0xFABu << 12 | 0xAA0u) /* for 1 to 15 MHz */
#define XOSC_STATUS_STABLE (1u << 31)
#define XOSC_STARTUP_TURNS (TM_BOARD_CRYSTAL_HZ / 1000u / 256u + 1u) /* 1 ms, in turns of 256 periods */

#define PLL_CS TM_REGISTER(0x40028000u)
#define PLL_PWR TM_REGISTER(0x40028004u)
#define PLL_FBDIV TM_REGISTER(0x40028008u)
#define PLL_PRIM TM_REGISTER(0x4002800Cu)
#define PLL_CS_LOCKED (1u << 31)
#define PLL_CS_UNDIVIDED 1u
#define PLL_PWR_VCO_ON 0x0Cu    /* off are the modulator, which needs none, and the post dividers */
#define PLL_PWR_OUTPUT_ON 0x04u /* off is the modulator */
#define PLL_POST_DIVIDER_1 6u
#define PLL_POST_DIVIDER_2 2u
#define PLL_VCO_HZ (TM_BOARD_CLOCK_HZ * PLL_POST_DIVIDER_1 * PLL_POST_DIVIDER_2) /* 750 to 1600 MHz */

#define WATCHDOG_CTRL TM_REGISTER(0x40058000u)
#define WATCHDOG_CTRL_TRIGGER (1u << 31)

#define ROSC_HZ 6500000u         /* nominal; 1.8 to 12 MHz from chip to chip */
#define CLOCK_WAIT_POLLS 100000u /* at 6.5 MHz some 100 ms; the crystal needs 1 */

static bool leave_reset(uint32_t blocks) {
  RESETS_RESET &= ~blocks;
  return TM_WAIT_FOR(RESETS_DONE, blocks, blocks, CLOCK_WAIT_POLLS);
}

static bool start_pll(void) {
  RESETS_RESET |= RESETS_PLL_SYS;
  if (!leave_reset(RESETS_PLL_SYS)) {
    return false;
  }
  PLL_CS = PLL_CS_UNDIVIDED;
  PLL_FBDIV = PLL_VCO_HZ / TM_BOARD_CRYSTAL_HZ;
  PLL_PWR = PLL_PWR_VCO_ON;
  if (!TM_WAIT_FOR(PLL_CS, PLL_CS_LOCKED, PLL_CS_LOCKED, CLOCK_WAIT_POLLS)) {
    return false;
  }
  PLL_PRIM = PLL_POST_DIVIDER_1 << 16 | PLL_POST_DIVIDER_2 << 12;
  PLL_PWR = PLL_PWR_OUTPUT_ON;
  return true;
}

/* Starts crystal and PLL and runs the core from it. Returns whether that worked; if not, the chip stays on its
 * ring oscillator, as after a reset. Nobody knows that one's exact rate, so that the console may then be
 * unreadable. */
static bool clock_from_crystal(void) {
  CLK_SYS_CTRL = CLK_SYS_CTRL_REFERENCE;
  if (!TM_WAIT_FOR(CLK_SYS_SELECTED, ~0u, CLK_SYS_SELECTED_REFERENCE, CLOCK_WAIT_POLLS)) {
    return false;
  }
  XOSC_STARTUP = XOSC_STARTUP_TURNS;
  XOSC_CTRL = XOSC_CTRL_ON;
  if (!TM_WAIT_FOR(XOSC_STATUS, XOSC_STATUS_STABLE, XOSC_STATUS_STABLE, CLOCK_WAIT_POLLS) || !start_pll()) {
    return false;
  }
  CLK_SYS_CTRL = CLK_SYS_CTRL_PLL;
  if (!TM_WAIT_FOR(CLK_SYS_SELECTED, ~0u, CLK_SYS_SELECTED_PLL, CLOCK_WAIT_POLLS)) {
    CLK_SYS_CTRL = CLK_SYS_CTRL_REFERENCE;
    return false;
  }
  return true;
}

static uint32_t clock_hz;

void tm_port_init(void) {
  clock_hz = clock_from_crystal() ? TM_BOARD_CLOCK_HZ : ROSC_HZ;
  CLK_PERI_CTRL = CLK_PERI_CTRL_FROM_SYS;
  (void)leave_reset(RESETS_IO_BANK0 | RESETS_PADS_BANK0 | RESETS_CONSOLE);
  PADS(TM_BOARD_CONSOLE_RX_PIN) = PADS_INPUT_PULLED_UP; /* an open line reads as idle */
  tm_pl011_start(clock_hz);
  IO_CTRL(TM_BOARD_CONSOLE_TX_PIN) = TM_BOARD_CONSOLE_ALTERNATE_FUNCTION;
  IO_CTRL(TM_BOARD_CONSOLE_RX_PIN) = TM_BOARD_CONSOLE_ALTERNATE_FUNCTION;
  tm_systick_start();
}

uint32_t tm_port_clock_hz(void) { return clock_hz; }

int32_t tm_port_read(void) { return tm_pl011_read(); }

void tm_port_write(uint8_t byte) { tm_pl011_write(byte); }

uint32_t tm_port_ticks(void) { return tm_systick_ticks(); }

/* The core's own reset request leaves the peripherals as they are; the watchdog resets them too. */
void tm_port_reset(void) {
  tm_pl011_drain();
  PSM_WDSEL = PSM_WDSEL_ALL_BUT_OSCILLATORS;
  WATCHDOG_CTRL = WATCHDOG_CTRL_TRIGGER;
  tm_port_halt();
}
