/* Flash of the STM32F405, F407, F446, F427, F429 and their relatives, written from ST RM0090, 3 (Embedded flash
 * memory interface). Not tried on hardware.
 *
 * The core stalls while the flash that it runs from is erased, which takes up to 2 s a sector of 128 KiB. */
#include "tm_cortex_m.h"
#include "tm_flash.h"

#define FLASH_START 0x08000000u
#define BANK_BYTES 0x100000u /* chips of 2 MiB have two banks, which are alike */
#define BANK_COUNT 2u
#define SECTORS_A_BANK 12u
#define SECOND_BANK_NUMBER 16u /* of the second bank's first sector, in the control register */

#define FLASH_ACR TM_REGISTER(0x40023C00u)
#define FLASH_KEYR TM_REGISTER(0x40023C04u)
#define FLASH_SR TM_REGISTER(0x40023C0Cu)
#define FLASH_CR TM_REGISTER(0x40023C10u)

#define FLASH_KEY1 0x45670123u
#define FLASH_KEY2 0xCDEF89ABu
#define FLASH_ACR_DATA_CACHE (1u << 10)
#define FLASH_ACR_DATA_CACHE_RESET (1u << 12)
#define FLASH_SR_ERRORS 0xF2u /* of operation, write protection, alignment, parallelism and sequence */
#define FLASH_SR_BUSY (1u << 16)
#define FLASH_CR_PROGRAM (1u << 0)
#define FLASH_CR_ERASE_SECTOR (1u << 1)
#define FLASH_CR_SECTOR_SHIFT 3u
#define FLASH_CR_WORDS (2u << 8) /* 32 bits at a time, which needs a supply of 2.7 V */
#define FLASH_CR_START (1u << 16)
#define FLASH_CR_LOCK (1u << 31)

#define ERASED 0xFFFFFFFFu
#define BUSY_POLLS 200000000u /* more than 4 s at 180 MHz: the longest erasure, and its double */

/* A bank's sectors: four of 16 KiB, one of 64 KiB, seven of 128 KiB. */
static uint32_t sector_bytes(uint32_t sector) {
  if (sector < 4u) {
    return 0x4000u;
  }
  return sector == 4u ? 0x10000u : 0x20000u;
}

/* Returns the number of the sector that begins at `address`, as the control register has it, and sets its size; 0
 * bytes where none begins there. */
static uint32_t sector_at(uintptr_t address, uint32_t *bytes) {
  const uint32_t offset = (uint32_t)address - FLASH_START, bank = offset / BANK_BYTES;
  uint32_t start = bank * BANK_BYTES;
  *bytes = 0;
  for (uint32_t sector = 0; bank < BANK_COUNT && sector < SECTORS_A_BANK; sector++) {
    if (start == offset) {
      *bytes = sector_bytes(sector);
      return sector + bank * SECOND_BANK_NUMBER;
    }
    start += sector_bytes(sector);
  }
  return 0;
}

static bool wait(void) {
  uint32_t polls = 0;
  while ((FLASH_SR & FLASH_SR_BUSY) != 0) {
    if (++polls == BUSY_POLLS) {
      return false;
    }
  }
  return (FLASH_SR & FLASH_SR_ERRORS) == 0;
}

/* Unlocks the control register and forgets earlier errors. */
static bool begin(void) {
  if ((FLASH_CR & FLASH_CR_LOCK) != 0) {
    FLASH_KEYR = FLASH_KEY1;
    FLASH_KEYR = FLASH_KEY2;
  }
  FLASH_SR = FLASH_SR_ERRORS;
  return wait();
}

/* Locks it again, and empties the data cache, which may still hold what was there before. */
static void end(void) {
  FLASH_CR = FLASH_CR_LOCK;
  const uint32_t access = FLASH_ACR;
  FLASH_ACR = access & ~FLASH_ACR_DATA_CACHE;
  FLASH_ACR = (access & ~FLASH_ACR_DATA_CACHE) | FLASH_ACR_DATA_CACHE_RESET;
  FLASH_ACR = access & ~FLASH_ACR_DATA_CACHE;
  FLASH_ACR = access;
  TM_BARRIER();
}

uint32_t tm_flash_sector(uintptr_t address) {
  uint32_t bytes;
  (void)sector_at(address, &bytes);
  return bytes;
}

bool tm_flash_erase(uintptr_t address) {
  uint32_t bytes;
  const uint32_t sector = sector_at(address, &bytes);
  bool erased = bytes != 0 && begin();
  if (erased) {
    FLASH_CR = FLASH_CR_WORDS | FLASH_CR_ERASE_SECTOR | sector << FLASH_CR_SECTOR_SHIFT;
    FLASH_CR |= FLASH_CR_START;
    TM_BARRIER();
    erased = wait();
  }
  end();
  for (uint32_t at = 0; erased && at < bytes; at += 4u) {
    erased = TM_REGISTER(address + at) == ERASED;
  }
  return erased;
}

bool tm_flash_write(uintptr_t address, const uint32_t *words, uint32_t count) {
  bool written = begin();
  FLASH_CR = FLASH_CR_WORDS | FLASH_CR_PROGRAM;
  for (uint32_t i = 0; written && i < count; i++) {
    TM_REGISTER(address + 4u * i) = words[i];
    TM_BARRIER();
    written = wait();
  }
  end();
  for (uint32_t i = 0; written && i < count; i++) {
    written = TM_REGISTER(address + 4u * i) == words[i];
  }
  return written;
}
