/* SiFive Freedom E300 (FE310): the crystal as the core's clock, UART0 as the console. */
#include "tm_board.h"
#include "tm_port.h"
#include "tm_riscv.h"

#define PRCI_BASE 0x10008000u
#define PRCI_HFROSCCFG TM_REGISTER(PRCI_BASE + 0x00u)
#define PRCI_HFXOSCCFG TM_REGISTER(PRCI_BASE + 0x04u)
#define PRCI_PLLCFG TM_REGISTER(PRCI_BASE + 0x08u)
#define PRCI_PLLOUTDIV TM_REGISTER(PRCI_BASE + 0x0Cu)
#define PRCI_OSC_ENABLE (1u << 30)
#define PRCI_OSC_READY (1u << 31)
#define PRCI_PLLCFG_SEL (1u << 16)
#define PRCI_PLLCFG_FROM_HFXOSC (1u << 17)
#define PRCI_PLLCFG_BYPASS (1u << 18)
#define PRCI_PLLOUTDIV_BY_1 (1u << 8)

#define GPIO_BASE 0x10012000u
#define GPIO_IOF_EN TM_REGISTER(GPIO_BASE + 0x38u)
#define GPIO_IOF_SEL TM_REGISTER(GPIO_BASE + 0x3Cu)
#define GPIO_UART0_PINS ((1u << 16) | (1u << 17)) /* receives, sends: their function 0 */

#define UART_TXDATA TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x00u)
#define UART_RXDATA TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x04u)
#define UART_TXCTRL TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x08u)
#define UART_RXCTRL TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x0Cu)
#define UART_IP TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x14u)
#define UART_DIV TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x18u)
#define UART_TXDATA_FULL (1u << 31)
#define UART_RXDATA_EMPTY (1u << 31)
#define UART_ENABLE (1u << 0)
#define UART_TX_WATERMARK_1 (1u << 16) /* UART_IP tells when fewer bytes than this wait to be sent */
#define UART_IP_TX_BELOW_WATERMARK (1u << 0)
#define UART_TICKS_A_BYTE (10u * (TM_BOARD_CLOCK_HZ / TM_BOARD_CONSOLE_BAUD))

/* Whoever started the image may have left the core on any clock. Its source is changed only while the core runs
 * from the ring oscillator, as the chip may lock up otherwise. */
static void clock_from_crystal(void) {
  PRCI_HFROSCCFG |= PRCI_OSC_ENABLE;
  PRCI_HFXOSCCFG |= PRCI_OSC_ENABLE;
  while ((PRCI_HFROSCCFG & PRCI_OSC_READY) == 0 || (PRCI_HFXOSCCFG & PRCI_OSC_READY) == 0) {
  }
  PRCI_PLLCFG &= ~PRCI_PLLCFG_SEL;
  PRCI_PLLCFG = PRCI_PLLCFG_FROM_HFXOSC | PRCI_PLLCFG_BYPASS;
  PRCI_PLLOUTDIV = PRCI_PLLOUTDIV_BY_1;
  PRCI_PLLCFG |= PRCI_PLLCFG_SEL;
}

void tm_port_init(void) {
  clock_from_crystal();
  UART_DIV = TM_BOARD_CLOCK_HZ / TM_BOARD_CONSOLE_BAUD - 1u;
  UART_TXCTRL = UART_TX_WATERMARK_1 | UART_ENABLE;
  UART_RXCTRL = UART_ENABLE;
  GPIO_IOF_SEL &= ~GPIO_UART0_PINS;
  GPIO_IOF_EN |= GPIO_UART0_PINS;
}

uint32_t tm_port_clock_hz(void) { return TM_BOARD_CLOCK_HZ; }

int32_t tm_port_read(void) {
  const uint32_t data = UART_RXDATA;
  return (data & UART_RXDATA_EMPTY) != 0 ? -1 : (int32_t)(data & 0xFFu);
}

void tm_port_write(uint8_t byte) {
  while ((UART_TXDATA & UART_TXDATA_FULL) != 0) {
  }
  UART_TXDATA = byte;
}

/* The UART tells when no byte waits, and not when the last one has left the line. */
void tm_port_reset(void) {
  while ((UART_IP & UART_IP_TX_BELOW_WATERMARK) == 0) {
  }
  const uint32_t start = tm_port_ticks();
  while (tm_port_ticks() - start < 2u * UART_TICKS_A_BYTE) {
  }
  tm_cpu_restart();
}
