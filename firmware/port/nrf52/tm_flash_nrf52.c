/* Flash of the nRF52832, nRF52833 and nRF52840, written from Nordic's product specifications, chapter NVMC. Not
 * tried on hardware.
 *
 * The core stalls while a page is erased (up to 90 ms) or a word written (some 40 us). */
#include "tm_cortex_m.h"
#include "tm_flash.h"

#define PAGE_BYTES 4096u
#define ERASED 0xFFFFFFFFu

#define NVMC_READY TM_REGISTER(0x4001E400u)
#define NVMC_CONFIG TM_REGISTER(0x4001E504u)
#define NVMC_ERASEPAGE TM_REGISTER(0x4001E508u)
#define NVMC_CONFIG_READ 0u
#define NVMC_CONFIG_WRITE 1u
#define NVMC_CONFIG_ERASE 2u
#define READY_POLLS 10000000u /* more than a second */

static bool wait(void) {
  for (uint32_t polls = 0; polls < READY_POLLS; polls++) {
    if ((NVMC_READY & 1u) != 0) {
      return true;
    }
  }
  return false;
}

static bool set_mode(uint32_t mode) {
  NVMC_CONFIG = mode;
  TM_BARRIER();
  return wait();
}

uint32_t tm_flash_sector(uintptr_t address) { return address % PAGE_BYTES == 0 ? PAGE_BYTES : 0; }

bool tm_flash_erase(uintptr_t address) {
  bool erased = set_mode(NVMC_CONFIG_ERASE);
  if (erased) {
    NVMC_ERASEPAGE = (uint32_t)address;
    erased = wait();
  }
  erased = set_mode(NVMC_CONFIG_READ) && erased;
  for (uint32_t at = 0; erased && at < PAGE_BYTES; at += 4u) {
    erased = TM_REGISTER(address + at) == ERASED;
  }
  return erased;
}

bool tm_flash_write(uintptr_t address, const uint32_t *words, uint32_t count) {
  bool written = set_mode(NVMC_CONFIG_WRITE);
  for (uint32_t i = 0; written && i < count; i++) {
    TM_REGISTER(address + 4u * i) = words[i];
    written = wait();
  }
  written = set_mode(NVMC_CONFIG_READ) && written;
  for (uint32_t i = 0; written && i < count; i++) {
    written = TM_REGISTER(address + 4u * i) == words[i];
  }
  return written;
}
