/* TI Stellaris LM3S: clocks, UART (a PL011) as the console, the core's SysTick as the counter.
 *
 * The chip's own timers have 32 bits, but QEMU's cannot be read. */
#include <stdbool.h>

#include "tm_pl011.h"
#include "tm_port.h"
#include "tm_systick.h"

#define MHZ 1000000u

#define SYSCTL_BASE 0x400FE000u
#define SYSCTL_RIS TM_REGISTER(SYSCTL_BASE + 0x050u)
#define SYSCTL_MISC TM_REGISTER(SYSCTL_BASE + 0x058u) /* its bits clear those of RIS */
#define SYSCTL_RCC TM_REGISTER(SYSCTL_BASE + 0x060u)
#define SYSCTL_RCGC1 TM_REGISTER(SYSCTL_BASE + 0x104u) /* bit n: UART n */
#define SYSCTL_RCGC2 TM_REGISTER(SYSCTL_BASE + 0x108u) /* bit n: GPIO port n */
#define SYSCTL_RIS_PLL_LOCKED (1u << 6)
#define SYSCTL_RCC_CRYSTAL_OFF (1u << 0)
#define SYSCTL_RCC_OSCILLATOR (3u << 4) /* 0: the crystal */
#define SYSCTL_RCC_CRYSTAL(code) ((code) << 6)
#define SYSCTL_RCC_PLL_BYPASSED (1u << 11)
#define SYSCTL_RCC_PLL_OUTPUT_OFF (1u << 12) /* of the LM3S800 series; later ones ignore it */
#define SYSCTL_RCC_PLL_OFF (1u << 13)
#define SYSCTL_RCC_DIVIDED (1u << 22)
#define SYSCTL_RCC_DIVIDE_BY(divisor) (((divisor)-1u) << 23)
#define SYSCTL_RCC_DIVIDER (0xFu << 23)

#define PLL_HZ (200u * MHZ)
#define CLOCK_WAIT_POLLS 100000u   /* some 40 ms; the PLL needs 0.5 */
#define CRYSTAL_START_POLLS 50000u /* some 20 ms; no flag tells that it runs */

#if TM_BOARD_CRYSTAL_HZ == 8000000u
#define CRYSTAL_CODE 0xEu
#elif TM_BOARD_CRYSTAL_HZ == 6000000u
#define CRYSTAL_CODE 0xBu
#else
#error "the port knows no code of RCC's XTAL field for this crystal"
#endif

/* Ports A to D lie side by side, the others elsewhere. */
#define GPIO_BASE(port) ((port) < 4u ? 0x40004000u + 0x1000u * (port) : 0x40024000u + 0x1000u * ((port)-4u))
#define GPIO_AFSEL(port) TM_REGISTER(GPIO_BASE(port) + 0x420u)
#define GPIO_PUR(port) TM_REGISTER(GPIO_BASE(port) + 0x510u)
#define GPIO_DEN(port) TM_REGISTER(GPIO_BASE(port) + 0x51Cu)

#define UART_INDEX ((TM_BOARD_CONSOLE_BASE - 0x4000C000u) / 0x1000u)

/* Runs the core from crystal and PLL. Returns whether the PLL locked; if not, the crystal alone drives the core. A
 * crystal that does not oscillate stops the core: the chip cannot tell of one before it is used. */
static bool clock_from_pll(void) {
  uint32_t rcc = (SYSCTL_RCC | SYSCTL_RCC_PLL_BYPASSED) & ~(SYSCTL_RCC_DIVIDED | SYSCTL_RCC_CRYSTAL_OFF);
  SYSCTL_RCC = rcc;
  for (uint32_t polls = 0; polls < CRYSTAL_START_POLLS; ++polls) {
    (void)SYSCTL_RCC;
  }

  rcc &= ~(SYSCTL_RCC_CRYSTAL(0xFu) | SYSCTL_RCC_OSCILLATOR | SYSCTL_RCC_PLL_OFF | SYSCTL_RCC_PLL_OUTPUT_OFF);
  rcc |= SYSCTL_RCC_CRYSTAL(CRYSTAL_CODE);
  SYSCTL_MISC = SYSCTL_RIS_PLL_LOCKED;
  SYSCTL_RCC = rcc;
  if (!TM_WAIT_FOR(SYSCTL_RIS, SYSCTL_RIS_PLL_LOCKED, SYSCTL_RIS_PLL_LOCKED, CLOCK_WAIT_POLLS)) {
    return false;
  }
  rcc &= ~SYSCTL_RCC_DIVIDER;
  rcc |= SYSCTL_RCC_DIVIDED | SYSCTL_RCC_DIVIDE_BY(PLL_HZ / TM_BOARD_CLOCK_HZ);
  SYSCTL_RCC = rcc;
  SYSCTL_RCC = rcc & ~SYSCTL_RCC_PLL_BYPASSED;
  return true;
}

/* Gives a pin to its peripheral, pulled up so that an open line reads as idle. */
static void connect(uint32_t port, uint32_t pin) {
  SYSCTL_RCGC2 |= 1u << port;
  (void)SYSCTL_RCGC2; /* the clock takes some cycles to come; reading back waits for it */
  (void)SYSCTL_RCGC2;
  GPIO_AFSEL(port) |= 1u << pin;
  GPIO_PUR(port) |= 1u << pin;
  GPIO_DEN(port) |= 1u << pin;
}

static uint32_t clock_hz;

void tm_port_init(void) {
  clock_hz = clock_from_pll() ? TM_BOARD_CLOCK_HZ : TM_BOARD_CRYSTAL_HZ;
  SYSCTL_RCGC1 |= 1u << UART_INDEX;
  connect(TM_BOARD_CONSOLE_TX_PORT, TM_BOARD_CONSOLE_TX_PIN);
  connect(TM_BOARD_CONSOLE_RX_PORT, TM_BOARD_CONSOLE_RX_PIN);
  tm_pl011_start(clock_hz);
  tm_systick_start();
}

uint32_t tm_port_clock_hz(void) { return clock_hz; }

int32_t tm_port_read(void) { return tm_pl011_read(); }

void tm_port_write(uint8_t byte) { tm_pl011_write(byte); }

uint32_t tm_port_ticks(void) { return tm_systick_ticks(); }

void tm_port_reset(void) {
  tm_pl011_drain();
  tm_cpu_reset();
}
