/* Renesas RA8 (RA8M1): crystal and PLL, caches, an SCI of the new kind (SCI_B) as the console, a GPT timer as the
 * counter.
 *
 * The core starts in the secure state and stays there: all addresses are the secure ones. The option-setting
 * memory is left as it is. */
#include <stdbool.h>

#include "tm_board.h"
#include "tm_cortex_m.h"
#include "tm_interrupt.h"
#include "tm_m7_caches.h"
#include "tm_port.h"
#include "tm_wait.h"

#define MHZ 1000000u

#define SYSTEM_BASE 0x4001E000u
#define SYSTEM_SCKDIVCR TM_REGISTER(SYSTEM_BASE + 0x020u)
#define SYSTEM_SCKDIVCR2 TM_REGISTER8(SYSTEM_BASE + 0x024u)
#define SYSTEM_SCKSCR TM_REGISTER8(SYSTEM_BASE + 0x026u)
#define SYSTEM_PLLCCR TM_REGISTER16(SYSTEM_BASE + 0x028u)
#define SYSTEM_PLLCR TM_REGISTER8(SYSTEM_BASE + 0x02Au)
#define SYSTEM_MOSCCR TM_REGISTER8(SYSTEM_BASE + 0x032u)
#define SYSTEM_OSCSF TM_REGISTER8(SYSTEM_BASE + 0x03Cu)
#define SYSTEM_PLLCCR2 TM_REGISTER16(SYSTEM_BASE + 0x04Cu)
#define SYSTEM_SCICKDIVCR TM_REGISTER8(SYSTEM_BASE + 0x054u)
#define SYSTEM_SCICKCR TM_REGISTER8(SYSTEM_BASE + 0x055u)
#define SYSTEM_MOSCWTCR TM_REGISTER8(SYSTEM_BASE + 0x0A2u)
#define SYSTEM_PRCR TM_REGISTER16(SYSTEM_BASE + 0x3FAu)
#define SYSTEM_MOMCR TM_REGISTER8(SYSTEM_BASE + 0xA50u)
#define SYSTEM_PRCR_LOCKED 0xA500u
#define SYSTEM_PRCR_UNLOCKED 0xA503u /* for clocks and power */
#define SYSTEM_OSCSF_CRYSTAL (1u << 3)
#define SYSTEM_OSCSF_PLL (1u << 5)
#define SYSTEM_MOMCR_8_TO_24_MHZ (1u << 5 | 3u << 1) /* a crystal; bit 5 is to be written as 1 */
#define SYSTEM_MOSCWTCR_8_MS 9u
#define SYSTEM_SCKSCR_MOCO 1u
#define SYSTEM_SCKSCR_PLL 5u
#define SYSTEM_SCICKCR_STOP (1u << 6)
#define SYSTEM_SCICKCR_STOPPED (1u << 7)

/* The clocks as fractions of the source, 2^n of each: 480 MHz give CPUCLK 480, ICLK and PCLKE 240, PCLKA, PCLKD
 * and BCLK 120, PCLKB, PCLKC and FCLK 60 MHz. The same fractions hold for the oscillator after a reset, so that
 * the counter's pace, a quarter of the core's, is the same with both. */
#define CLOCK_DIVIDERS (3u << 28 | 1u << 24 | 1u << 20 | 2u << 16 | 2u << 12 | 3u << 8 | 3u << 4 | 2u << 0)
#define CORE_UNDIVIDED 0u
#define CORE_HALVED 1u
#define SCI_DIVIDE_BY_4 2u
#define SCI_UNDIVIDED 0u

#define PLL_INPUT_DIVISOR 2u
#define PLL_OUTPUT_DIVISOR 2u
#define PLL_FACTOR (TM_BOARD_CLOCK_HZ / (TM_BOARD_CRYSTAL_HZ / PLL_INPUT_DIVISOR) * PLL_OUTPUT_DIVISOR)
#define MOCO_HZ (8u * MHZ)
#define CLOCK_WAIT_POLLS 100000u  /* at 8 MHz more than 50 ms; the crystal has 8 */
#define CLOCK_SETTLE_POLLS 36000u /* at 240 MHz more than the 150 us that the core's supply needs */

#define FCACHE_ENABLE TM_REGISTER16(0x4001C100u)
#define FCACHE_INVALIDATE TM_REGISTER16(0x4001C104u)
#define FLASH_WAIT TM_REGISTER8(0x4001C11Cu)
#define FLASH_WAIT_STATES 4u /* for an ICLK of 192 to 240 MHz */

#define SCB_CCR_BRANCHES (1u << 19 | 1u << 18) /* the caches of low-overhead loops and of branch targets */

#define MSTP_CRB TM_REGISTER(0x40203004u)
#define MSTP_CRE TM_REGISTER(0x40203010u)
#define MSTP_CRE_GPT0 (1u << 31)
#define SCI_INDEX ((TM_BOARD_CONSOLE_BASE - 0x40358000u) / 0x100u)
#define MSTP_CRB_CONSOLE (1u << (31u - SCI_INDEX))

#define PFS(port, pin) TM_REGISTER(0x40400800u + 0x40u * (port) + 4u * (pin))
#define PFS_PERIPHERAL (1u << 16)
#define PFS_FUNCTION(number) ((number) << 24)
#define PFS_PULL_UP (1u << 4)
#define PWPRS TM_REGISTER8(0x40400D14u)
#define PWPRS_LOCKED 0x80u
#define PWPRS_BIT_UNLOCKED 0x00u
#define PWPRS_UNLOCKED 0x40u

#define SCI_RDR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x00u)
#define SCI_TDR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x04u)
#define SCI_CCR0 TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x08u)
#define SCI_CCR1 TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x0Cu)
#define SCI_CCR2 TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x10u)
#define SCI_CCR3 TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x14u)
#define SCI_CCR4 TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x18u)
#define SCI_FCR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x24u)
#define SCI_CSR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x48u)
#define SCI_FRSR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x50u)
#define SCI_FTSR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x54u)
#define SCI_CFCLR TM_REGISTER(TM_BOARD_CONSOLE_BASE + 0x68u)
#define SCI_CCR0_ON (1u << 4 | 1u << 0)        /* transmitter and receiver */
#define SCI_CCR1_IDLE_HIGH (1u << 5 | 1u << 4) /* TXD while the transmitter is off */
#define SCI_CCR2_8_CLOCKS_A_BIT \
  (1u << 5 | 1u << 4 | 4u) /* ABCS, BGDM; BCP as after a reset, for smart cards only */
#define SCI_CCR2_DIVISOR(divisor) (((divisor)-1u) << 8)
#define SCI_CCR2_MODULATION(of_256) ((of_256) << 24 | 1u << 16)
#define SCI_CCR3_8N1_QUEUED (1u << 20 | 1u << 12 | 2u << 8) /* queues, least significant bit first, 8 bits */
#define SCI_FCR_CLEAR_QUEUES \
  (0x1F1F0000u | 1u << 23 | 1u << 15) /* levels as after a reset: nothing asks for them */
#define SCI_CSR_SENT (1u << 30)
#define SCI_CSR_OVERRUN (1u << 24)
#define SCI_FRSR_COUNT (0x3Fu << 8)
#define SCI_FTSR_COUNT 0x3Fu
#define SCI_QUEUE_BYTES 16u
#define SCI_RDR_BYTE 0xFFu
#define SCI_DRAIN_POLLS 1000000u /* 17 bytes take 1.5 ms at 115200 baud */

#define GPT_CR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x2Cu)
#define GPT_CNT TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x48u)
#define GPT_PR TM_REGISTER(TM_BOARD_COUNTER_BASE + 0x64u)
#define GPT_CR_START (1u << 0) /* a saw-tooth, up, of undivided PCLKD: all else as after a reset */

static bool start_pll(void) {
  SYSTEM_MOMCR = SYSTEM_MOMCR_8_TO_24_MHZ;
  SYSTEM_MOSCWTCR = SYSTEM_MOSCWTCR_8_MS;
  SYSTEM_MOSCCR = 0;
  if (!TM_WAIT_FOR(SYSTEM_OSCSF, SYSTEM_OSCSF_CRYSTAL, SYSTEM_OSCSF_CRYSTAL, CLOCK_WAIT_POLLS)) {
    return false;
  }
  SYSTEM_PLLCCR = (PLL_FACTOR - 1u) << 8 | (PLL_INPUT_DIVISOR - 1u);
  SYSTEM_PLLCCR2 =
      (PLL_OUTPUT_DIVISOR - 1u) << 8 | (PLL_OUTPUT_DIVISOR - 1u) << 4 | (PLL_OUTPUT_DIVISOR - 1u) << 0;
  SYSTEM_PLLCR = 0;
  return TM_WAIT_FOR(SYSTEM_OSCSF, SYSTEM_OSCSF_PLL, SYSTEM_OSCSF_PLL, CLOCK_WAIT_POLLS);
}

static void settle(void) {
  for (uint32_t polls = 0; polls < CLOCK_SETTLE_POLLS; ++polls) {
    (void)SYSTEM_SCKSCR;
  }
}

/* Runs the core from the PLL, in two steps: the supply bears no jump by more than 240 MHz. */
static void use_pll(void) {
  FLASH_WAIT = FLASH_WAIT_STATES;
  SYSTEM_SCKDIVCR2 = CORE_HALVED;
  SYSTEM_SCKSCR = SYSTEM_SCKSCR_PLL;
  settle();
  SYSTEM_SCKDIVCR2 = CORE_UNDIVIDED;
  settle();
}

/* The SCI's own clock may be changed only while it is stopped. */
static void clock_sci(uint8_t source, uint8_t divider) {
  SYSTEM_SCICKCR |= SYSTEM_SCICKCR_STOP;
  (void)TM_WAIT_FOR(SYSTEM_SCICKCR, SYSTEM_SCICKCR_STOPPED, SYSTEM_SCICKCR_STOPPED, CLOCK_WAIT_POLLS);
  SYSTEM_SCICKDIVCR = divider;
  SYSTEM_SCICKCR = (uint8_t)(source | SYSTEM_SCICKCR_STOP);
  SYSTEM_SCICKCR = source;
  (void)TM_WAIT_FOR(SYSTEM_SCICKCR, SYSTEM_SCICKCR_STOPPED, 0u, CLOCK_WAIT_POLLS);
}

/* Returns whether crystal and PLL drive the core; if not, the chip stays on its internal oscillator MOCO, as after
 * a reset, which is some percent off, so that the console may then be unreadable. */
static bool set_up_clocks(void) {
  SYSTEM_PRCR = SYSTEM_PRCR_UNLOCKED;
  SYSTEM_SCKDIVCR = CLOCK_DIVIDERS;
  const bool from_crystal = start_pll();
  if (from_crystal) {
    use_pll();
    clock_sci(SYSTEM_SCKSCR_PLL, SCI_DIVIDE_BY_4);
  } else {
    clock_sci(SYSTEM_SCKSCR_MOCO, SCI_UNDIVIDED);
  }
  SYSTEM_PRCR = SYSTEM_PRCR_LOCKED;
  return from_crystal;
}

static void enable_caches(void) {
  FCACHE_INVALIDATE = 1u;
  (void)TM_WAIT_FOR(FCACHE_INVALIDATE, 1u, 0u, CLOCK_WAIT_POLLS);
  FCACHE_ENABLE = 1u;
  tm_m7_enable_caches(); /* laid out as those of the Cortex-M85 are */
  TM_SCB_CCR |= SCB_CCR_BRANCHES;
  TM_BARRIER();
}

/* Connects both pins to the SCI, the receiving one pulled up so that an open line reads as idle. A pin's function
 * is chosen before the pin is given away. */
static void connect(void) {
  PWPRS = PWPRS_BIT_UNLOCKED;
  PWPRS = PWPRS_UNLOCKED;
  const uint32_t function = PFS_FUNCTION(TM_BOARD_CONSOLE_ALTERNATE_FUNCTION);
  PFS(TM_BOARD_CONSOLE_TX_PORT, TM_BOARD_CONSOLE_TX_PIN) = function;
  PFS(TM_BOARD_CONSOLE_TX_PORT, TM_BOARD_CONSOLE_TX_PIN) = function | PFS_PERIPHERAL;
  PFS(TM_BOARD_CONSOLE_RX_PORT, TM_BOARD_CONSOLE_RX_PIN) = function | PFS_PULL_UP;
  PFS(TM_BOARD_CONSOLE_RX_PORT, TM_BOARD_CONSOLE_RX_PIN) = function | PFS_PULL_UP | PFS_PERIPHERAL;
  PWPRS = PWPRS_BIT_UNLOCKED;
  PWPRS = PWPRS_LOCKED;
}

/* Chooses the next higher rate that a divisor gives, and lowers it by letting only some of 256 clocks through. */
static uint32_t baud_rate(uint32_t sci_hz) {
  const uint32_t divisor = sci_hz / (8u * TM_BOARD_CONSOLE_BAUD);
  const uint32_t undivided_hz = sci_hz / 256u;
  const uint32_t modulation = (8u * TM_BOARD_CONSOLE_BAUD * divisor + undivided_hz / 2u) / undivided_hz;
  const uint32_t rate = SCI_CCR2_8_CLOCKS_A_BIT | SCI_CCR2_DIVISOR(divisor);
  return modulation < 256u ? rate | SCI_CCR2_MODULATION(modulation) : rate;
}

static void start_console(uint32_t sci_hz) {
  MSTP_CRB &= ~MSTP_CRB_CONSOLE;
  (void)MSTP_CRB; /* reading back waits for the clock */
  SCI_CCR0 = 0;
  SCI_CCR3 = SCI_CCR3_8N1_QUEUED;
  SCI_CCR2 = baud_rate(sci_hz);
  SCI_CCR1 = SCI_CCR1_IDLE_HIGH;
  SCI_CCR4 = 0;
  SCI_FCR = SCI_FCR_CLEAR_QUEUES;
  SCI_CFCLR = SCI_CSR_OVERRUN;
  connect();
  SCI_CCR0 = SCI_CCR0_ON;
}

static void start_counter(void) {
  MSTP_CRE &= ~MSTP_CRE_GPT0;
  (void)MSTP_CRE;
  GPT_PR = UINT32_MAX;
  GPT_CR = GPT_CR_START;
}

static uint32_t clock_hz;

void tm_port_init(void) {
  const bool from_crystal = set_up_clocks();
  clock_hz = from_crystal ? TM_BOARD_CLOCK_HZ : MOCO_HZ;
  enable_caches();
  start_console(from_crystal ? TM_BOARD_CLOCK_HZ / 4u : MOCO_HZ);
  start_counter();
}

uint32_t tm_port_clock_hz(void) { return clock_hz; }

/* An overrun would keep the receiver from going on. */
int32_t tm_port_read(void) {
  if ((SCI_CSR & SCI_CSR_OVERRUN) != 0) {
    SCI_CFCLR = SCI_CSR_OVERRUN;
  }
  if ((SCI_FRSR & SCI_FRSR_COUNT) == 0) {
    return -1;
  }
  return (int32_t)(SCI_RDR & SCI_RDR_BYTE);
}

bool tm_port_can_write(void) { return (SCI_FTSR & SCI_FTSR_COUNT) < SCI_QUEUE_BYTES; }

void tm_port_write(uint8_t byte) {
  while (!tm_port_can_write()) {
  }
  SCI_TDR = byte;
}

uint32_t tm_port_ticks(void) { return GPT_CNT; }

void tm_port_reset(void) {
  (void)TM_WAIT_FOR(SCI_CSR, SCI_CSR_SENT, SCI_CSR_SENT, SCI_DRAIN_POLLS);
  tm_cpu_reset();
}
