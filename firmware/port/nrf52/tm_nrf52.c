/* Nordic nRF52832, nRF52833 and nRF52840: crystal, flash cache, UARTE as the console, TIMER0 as the counter. */
#include "tm_interrupt.h"
#include "tm_nrf_timer.h"
#include "tm_nrf_uarte.h"
#include "tm_port.h"

#define CLOCK_HFCLK_START TM_REGISTER(0x40000000u)
#define CLOCK_HFCLK_STARTED TM_REGISTER(0x40000100u)
#define CLOCK_WAIT_POLLS 100000u /* some 10 ms; a crystal needs 1 */

#define NVMC_ICACHECNF TM_REGISTER(0x4001E540u)
#define NVMC_ICACHECNF_ENABLE (1u << 0)

#define GPIO_BASE 0x50000500u

/* The core runs at 64 MHz from the chip's own oscillator, which is a few percent off, until the crystal is there.
 */
static void start_crystal(void) {
  CLOCK_HFCLK_STARTED = 0;
  CLOCK_HFCLK_START = 1u;
  for (uint32_t polls = 0; polls < CLOCK_WAIT_POLLS && CLOCK_HFCLK_STARTED == 0; ++polls) {
  }
}

void tm_port_init(void) {
  start_crystal();
  NVMC_ICACHECNF = NVMC_ICACHECNF_ENABLE;
  tm_nrf_uarte_start(GPIO_BASE);
  tm_nrf_timer_start();
}

uint32_t tm_port_clock_hz(void) { return TM_BOARD_CLOCK_HZ; }

int32_t tm_port_read(void) { return tm_nrf_uarte_read(); }

bool tm_port_can_write(void) { return tm_nrf_uarte_can_write(); }

void tm_port_write(uint8_t byte) { tm_nrf_uarte_write(byte); }

uint32_t tm_port_ticks(void) { return tm_nrf_timer_ticks(); }

void tm_port_reset(void) {
  tm_nrf_uarte_stop();
  tm_cpu_reset();
}
