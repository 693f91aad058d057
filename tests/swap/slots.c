/* The slots on a flash that loses its power at every single write, and what a start then finds.
 *
 *   slots SEED
 *
 * Each swap runs in a process of its own, on a flash that processes share, and ends where the power is cut: before
 * word `cut` of all that it erases and writes, which is left torn. A start is a process of its own, too. The
 * program prints how many cuts there were, and ends with 1 at the first start that does not find what it must. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tm_flash.h"
#include "tm_slots.h"

#define WORDS (2u * TM_SLOT_BYTES / 4u)
#define ERASED 0xFFFFFFFFu
#define KEPT 10 /* exit codes: the swap was kept, the power was cut, a start found the image's model */
#define CUT 11
#define NONE 12

uint32_t *host_flash; /* TM_SLOTS_START */
static uint32_t left; /* words until the power is cut */
static uint64_t chance;

static uint32_t random_word(void) {
  chance = chance * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(chance >> 32);
}

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  _exit(1);
}

uint32_t tm_flash_sector(uintptr_t address) {
  return (address - (uintptr_t)host_flash) % SECTOR == 0 ? SECTOR : 0;
}

/* Half of the erasures that are cut leave whole words behind, the other half any bits of all words. */
bool tm_flash_erase(uintptr_t address) {
  uint32_t *word = host_flash + (address - (uintptr_t)host_flash) / 4u;
  for (uint32_t i = 0; i < SECTOR / 4u; i++) {
    if (left-- == 0) {
      word[i] |= random_word();
      for (uint32_t j = 0; random_word() % 2u == 0 && j < SECTOR / 4u; j++) {
        word[j] |= random_word();
      }
      _exit(CUT);
    }
    word[i] = ERASED;
  }
  return true;
}

bool tm_flash_write(uintptr_t address, const uint32_t *words, uint32_t count) {
  uint32_t *word = host_flash + (address - (uintptr_t)host_flash) / 4u;
  for (uint32_t i = 0; i < count; i++) {
    if (word + i >= host_flash + WORDS || word[i] != ERASED) {
      fail("a word outside the slots, or one that is not erased, is written");
    }
    if (left-- == 0) {
      word[i] &= words[i] | random_word();
      _exit(CUT);
    }
    word[i] = words[i];
  }
  return true;
}

static void make_model(uint32_t number, uint8_t *model, uint32_t *size) {
  *size = TM_SLOT_MODEL_BYTES - number % 7u;
  for (uint32_t i = 0; i < *size; i++) {
    model[i] = (uint8_t)(number * 31u + i * 7u);
  }
}

/* Swaps model `number` in; ends with KEPT, or where the power is cut. */
static void swap(uint32_t number) {
  static uint8_t model[TM_SLOT_BYTES];
  uint8_t hash[TM_SHA256_BYTES];
  uint32_t size, chunk[16];
  make_model(number, model, &size);
  tm_sha256(model, size, hash);
  if (!tm_slots_announce(tm_slots_newest(NULL), size, hash) || tm_slots_finish() != NULL) {
    fail("a slot is not announced, or finished too early");
  }
  while (tm_slots_missing() != 0) {
    const uint32_t missing = tm_slots_missing(), bytes = missing < sizeof(chunk) ? missing : sizeof(chunk);
    memcpy(chunk, model + size - missing, bytes);
    if (!tm_slots_append(chunk, bytes)) {
      fail("bytes are not taken");
    }
  }
  if (tm_slots_finish() == NULL || tm_slots_finish() == NULL || !tm_slots_prove() || tm_slots_prove()) {
    fail("a slot cannot be proven, or is twice");
  }
  _exit(KEPT);
}

/* What a start finds: ends with NONE, or the model's number. */
static void find(void) {
  static uint8_t model[TM_SLOT_BYTES];
  const tm_slot *slot = tm_slots_newest(NULL);
  if (slot == NULL) {
    _exit(NONE);
  }
  for (uint32_t number = 0; number < 5u; number++) {
    uint32_t size;
    make_model(number, model, &size);
    if (slot->length == size && memcmp(tm_slot_model(slot), model, size) == 0) {
      _exit((int)(20u + number));
    }
  }
  fail("a start finds a model that was never sent");
}

static int in_a_process(void (*work)(void)) {
  int status;
  const pid_t child = fork();
  if (child == 0) {
    work();
  }
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) < KEPT) {
    fail("a process failed");
  }
  return WEXITSTATUS(status);
}

static uint32_t swapped; /* the model's number */
static void swap_it(void) { swap(swapped); }

int main(int count, char **arguments) {
  chance = count > 1 ? strtoull(arguments[1], NULL, 10) : 1u;
  host_flash = mmap(NULL, WORDS * 4u, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  uint32_t before[WORDS], cuts = 0;
  for (uint32_t i = 0; i < WORDS; i++) {
    host_flash[i] = random_word(); /* whatever memory holds that was never used */
  }
  for (swapped = 0; swapped < 5u; swapped++) {
    const int old = swapped == 0 ? NONE : (int)(19u + swapped), new = (int)(20u + swapped);
    memcpy(before, host_flash, sizeof(before));
    for (uint32_t cut = 0;; cut++) {
      memcpy(host_flash, before, sizeof(before));
      left = cut;
      (void)random_word();
      if (in_a_process(swap_it) == KEPT) {
        break;
      }
      cuts++;
      if (in_a_process(find) != old) {
        fail("a start after a cut does not find the model before");
      }
      /* Power may go again, at another moment; and then the swap is done. */
      left = random_word() % (cut + 1u);
      if (in_a_process(swap_it) == CUT && in_a_process(find) != old) {
        fail("a start after the second cut does not find the model before");
      }
      left = 2u * WORDS;
      if (in_a_process(swap_it) != KEPT || in_a_process(find) != new) {
        fail("a swap after a cut is not kept");
      }
    }
    if (in_a_process(find) != new) {
      fail("a swap is not kept");
    }
  }
  /* Bits that change later are found by the hash: of the newest model's last byte, then of the other's. */
  for (uint32_t lost = 0; lost < TM_SLOT_COUNT; lost++) {
    const tm_slot *newest = tm_slots_newest(NULL);
    host_flash[(tm_slot_model(newest) + newest->length - 4u - (uint8_t *)host_flash) / 4] ^= 0x10u;
    if (in_a_process(find) != (lost == 0 ? 23 : NONE)) {
      fail("a start takes a model whose bits have changed");
    }
  }
  printf("%u\n", cuts);
  return 0;
}
