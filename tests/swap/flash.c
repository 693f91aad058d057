/* The flash drivers against a model of their controllers, written from the same manuals: it looks at each access
 * when the next one comes, and refuses what a controller would refuse. It shows that the driver speaks to the
 * controller that the manual describes, and no more: none was tried on hardware. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tm_cortex_m.h"
#include "tm_flash.h"

#define ERASED 0xFFFFFFFFu
#define BUSY_ACCESSES 5u
#define NOTHING 1u /* no register has an odd address */

static uint32_t flash[MODEL_BYTES / 4u], before, busy, erasures, writes;
static uint32_t last = NOTHING; /* the address of the access before */

static void fail(const char *what, uint32_t address) {
  fprintf(stderr, "%s at %08x\n", what, address);
  exit(1);
}

static void erase(uint32_t offset, uint32_t bytes) {
  memset((uint8_t *)flash + offset, 0xFF, bytes);
  busy = BUSY_ACCESSES;
  erasures++;
}

#ifdef STM32F4
enum { KEYR = 0x40023C04, SR = 0x40023C0C, CR = 0x40023C10, ACR = 0x40023C00, LOCK = 1u << 31 };
static uint32_t registers[5] = {0x707u, 0, 0, 0, LOCK}, keys;

static void erase_sector(uint32_t number) {
  /* RM0090, tables of the flash's organisation: sectors of 1 MiB, and of the second bank of 2 MiB. */
  const uint32_t bank = number >> 4, sector = number & 15u;
  const uint32_t kib = sector < 4u ? 16u * sector : sector == 4u ? 64u : 128u * (sector - 4u);
  const uint32_t size = sector < 4u ? 16u : sector == 4u ? 64u : 128u;
  if (bank > 1u || sector > 11u) fail("there is no such sector", number);
  erase(bank * 0x100000u + kib * 1024u, size * 1024u);
}

static uint32_t *controller(uint32_t address) {
  registers[3] = (registers[3] & ~(1u << 16)) | (busy != 0) << 16;
  return address >= ACR && address <= CR ? &registers[(address - ACR) / 4u] : NULL;
}

static int may_write(void) { return (registers[4] & (LOCK | 0x301u)) == 0x201u; }

static void settle_controller(void) {
  const uint32_t value = registers[(last - ACR) / 4u];
  if (last == KEYR) {
    keys = value == 0x45670123u ? 1u : keys == 1u && value == 0xCDEF89ABu ? 2u : 0;
    if (keys == 2u) registers[4] &= ~(uint32_t)LOCK;
  } else if (last == CR) {
    if ((before & LOCK) != 0 && value != before) fail("the control register is locked", last);
    if (busy != 0 && value != before) fail("the controller is busy", last);
    if ((value & (1u << 16)) != 0) {
      if ((value & 0x303u) != 0x202u) fail("that is no erasure in words", value);
      erase_sector(value >> 3 & 31u);
      registers[4] &= ~(1u << 16);
    }
  } else if (last == ACR && ((value & 1u << 12) != 0 && (before & 1u << 10) != 0)) {
    fail("the data cache is emptied while it is on", last);
  } else if (last == SR && value != before) {
    registers[3] = before & ~value;
  }
}
#else
enum { READY = 0x4001E400, CONFIG = 0x4001E504, ERASEPAGE = 0x4001E508 };
static uint32_t ready, config, erasepage;

static uint32_t *controller(uint32_t address) {
  ready = busy == 0;
  return address == READY ? &ready : address == CONFIG ? &config : address == ERASEPAGE ? &erasepage : NULL;
}

static int may_write(void) { return config == 1u; }

static void settle_controller(void) {
  if (last == CONFIG && config > 2u) fail("there is no such mode", config);
  if (last == ERASEPAGE) {
    if (config != 2u || busy != 0 || erasepage % 4096u != 0) fail("no page can be erased", erasepage);
    erase(erasepage, 4096u);
  }
}
#endif

volatile void *tm_model_register(uint32_t address) {
  uint32_t *word = last == NOTHING ? NULL : controller(last);
  if (word != NULL) {
    settle_controller();
  } else if (last != NOTHING) {
    uint32_t *cell = &flash[(last - MODEL_START) / 4u];
    if (*cell != before) {
      if (!may_write() || busy != 0) fail("flash is written", last);
      if (before != ERASED) fail("flash is written twice", last);
      writes++;
      busy = BUSY_ACCESSES;
    }
  }
  if (busy != 0) busy--;
  last = address;
  word = controller(address);
  if (word == NULL) {
    if (address - MODEL_START >= MODEL_BYTES || address % 4u != 0) fail("there is no register", address);
    word = &flash[(address - MODEL_START) / 4u];
  }
  before = *word;
  return word;
}

int main(void) {
  const uint32_t words[] = {1, 2, 3, 0x80000000u};
  for (uint32_t at = 0; at < MODEL_BYTES;) {
    const uint32_t size = tm_flash_sector(MODEL_START + at);
    if (size == 0 || tm_flash_sector(MODEL_START + at + 4u) != 0) fail("no sector begins, or one too many", at);
    memset(flash, 0, sizeof(flash)); /* behind the controller's back */
    last = NOTHING;
    if (!tm_flash_erase(MODEL_START + at)) fail("the sector is not erased", at);
    for (uint32_t i = 0; i < MODEL_BYTES / 4u; i++) {
      if ((flash[i] == ERASED) != (4u * i - at < size)) fail("another sector is erased", 4u * i);
    }
    if (!tm_flash_write(MODEL_START + at + 8u, words, 4u)) fail("words are not written", at);
    if (memcmp(&flash[at / 4u + 2u], words, sizeof(words)) != 0 || flash[at / 4u + 6u] != ERASED) {
      fail("other words are written", at);
    }
    at += size;
  }
  (void)tm_model_register(MODEL_START); /* settles the last access */
  if (may_write()) fail("the flash stays open", 0);
  printf("%u %u\n", erasures, writes);
  return 0;
}
