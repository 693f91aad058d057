/* The RP2040's second-stage boot for any serial flash: the chip's ROM loads the flash's first 256 bytes into RAM,
 * checks their sum and runs them. They make the flash readable in place with the plain read command 03h, which
 * every flash chip knows, and start the image behind them.
 *
 * The command is specified to 50 MHz or less; a quarter of the core's later 125 MHz is 31.25 MHz. */
#include <stdint.h>

#define BOOT2_BYTES 256
/* CRC-32 of all that stands before it: polynomial 0x04C11DB7 from all ones, neither reflected nor inverted. The
 * tests compute it from the image. */
#define BOOT2_SUM 0x1BEA4859

#define SSI_BASE 0x18000000
#define SSI_DIVISOR 4
#define SSI_CTRLR0 (31 << 16 | 3 << 8) /* frames of 32 bits on one line; send a command, then receive */
#define SSI_SPI_CTRLR0 (0x03 << 24 | 2 << 8 | 6 << 2) /* the command of 8 bits, then 24 bits of address */
#define IMAGE_VECTORS 0x10000100
#define SCB_VTOR 0xE000ED08

void tm_boot2(void);

/* It runs at another address than it is linked for, so that it is free of absolute jumps. */
__attribute__((naked, used, section(".tm_boot2_read03"))) void tm_boot2(void) {
  __asm volatile(
      ".syntax unified              \n"
      "ldr r0, =%c[ssi]             \n"
      "movs r1, #0                  \n"
      "str r1, [r0, #0x08]          \n" /* SSIENR: off while it is set up */
      "str r1, [r0, #0x04]          \n" /* CTRLR1: one frame a read */
      "movs r1, #%c[divisor]        \n"
      "str r1, [r0, #0x14]          \n" /* BAUDR */
      "ldr r1, =%c[ctrlr0]          \n"
      "str r1, [r0, #0x00]          \n"
      "ldr r1, =%c[spi_ctrlr0]      \n"
      "movs r2, #0xF4               \n"
      "str r1, [r0, r2]             \n"
      "movs r1, #1                  \n"
      "str r1, [r0, #0x08]          \n"
      "ldr r0, =%c[vectors]         \n"
      "ldr r1, =%c[vtor]            \n"
      "str r0, [r1]                 \n"
      "ldr r1, [r0, #0]             \n"
      "msr msp, r1                  \n"
      "ldr r1, [r0, #4]             \n"
      "bx r1                        \n"
      ".ltorg                       \n"
      ".org %c[bytes] - 4           \n"
      ".word %c[sum]                \n" ::[ssi] "i"(SSI_BASE),
      [divisor] "i"(SSI_DIVISOR), [ctrlr0] "i"(SSI_CTRLR0), [spi_ctrlr0] "i"(SSI_SPI_CTRLR0),
      [vectors] "i"(IMAGE_VECTORS), [vtor] "i"(SCB_VTOR), [bytes] "i"(BOOT2_BYTES), [sum] "i"(BOOT2_SUM));
}
