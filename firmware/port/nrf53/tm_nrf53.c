/* Nordic nRF5340, application core: trimming, crystal, 128 MHz, cache, UARTE as the console, TIMER0 as the
 * counter.
 *
 * The core starts in the secure state and stays there: all addresses are the secure ones. */
#include "tm_interrupt.h"
#include "tm_nrf_timer.h"
#include "tm_nrf_uarte.h"
#include "tm_port.h"

#define FICR_TRIM_ADDRESS(index) TM_REGISTER(0x00FF0300u + 8u * (index))
#define FICR_TRIM_DATA(index) TM_REGISTER(0x00FF0304u + 8u * (index))
#define FICR_TRIMS 32u
#define FICR_TRIMS_END 0xFFFFFFFFu

#define CLOCK_BASE 0x50005000u
#define CLOCK_HFCLK_START TM_REGISTER(CLOCK_BASE + 0x000u)
#define CLOCK_HFCLK_STARTED TM_REGISTER(CLOCK_BASE + 0x100u)
#define CLOCK_HFCLK_SOURCE TM_REGISTER(CLOCK_BASE + 0x514u)
#define CLOCK_HFCLK_CTRL TM_REGISTER(CLOCK_BASE + 0x558u)
#define CLOCK_HFCLK_SOURCE_CRYSTAL 1u
#define CLOCK_HFCLK_CTRL_DIVIDER (3u << 0)
#define CLOCK_HFCLK_CTRL_UNDIVIDED 0u
#define CLOCK_WAIT_POLLS 100000u /* some 10 ms; a crystal needs 1 */

#define CACHE_ENABLE TM_REGISTER(0x50001500u)
#define CACHE_ENABLE_ON 1u

#define GPIO_BASE 0x50842500u

#define RESET_HZ 64000000u

/* Puts the chip's factory trimming in its place, which on this chip is the firmware's business. */
static void trim(void) {
  for (uint32_t i = 0; i < FICR_TRIMS && FICR_TRIM_ADDRESS(i) != FICR_TRIMS_END; ++i) {
    TM_REGISTER(FICR_TRIM_ADDRESS(i)) = FICR_TRIM_DATA(i);
  }
}

/* Without the crystal the chip's own oscillator goes on, a few percent off. */
static void start_crystal(void) {
  CLOCK_HFCLK_SOURCE = CLOCK_HFCLK_SOURCE_CRYSTAL;
  CLOCK_HFCLK_STARTED = 0;
  CLOCK_HFCLK_START = 1u;
  for (uint32_t polls = 0; polls < CLOCK_WAIT_POLLS && CLOCK_HFCLK_STARTED == 0; ++polls) {
  }
}

void tm_port_init(void) {
  trim();
  start_crystal();
  CLOCK_HFCLK_CTRL = CLOCK_HFCLK_CTRL_UNDIVIDED;
  CACHE_ENABLE = CACHE_ENABLE_ON;
  tm_nrf_uarte_start(GPIO_BASE);
  tm_nrf_timer_start();
}

uint32_t tm_port_clock_hz(void) {
  const uint32_t divider = CLOCK_HFCLK_CTRL & CLOCK_HFCLK_CTRL_DIVIDER;
  return divider == CLOCK_HFCLK_CTRL_UNDIVIDED ? TM_BOARD_CLOCK_HZ : RESET_HZ;
}

int32_t tm_port_read(void) { return tm_nrf_uarte_read(); }

bool tm_port_can_write(void) { return tm_nrf_uarte_can_write(); }

void tm_port_write(uint8_t byte) { tm_nrf_uarte_write(byte); }

uint32_t tm_port_ticks(void) { return tm_nrf_timer_ticks(); }

void tm_port_reset(void) {
  tm_nrf_uarte_stop();
  tm_cpu_reset();
}
