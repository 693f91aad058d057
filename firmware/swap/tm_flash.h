/* What a chip family gives for writing its own flash while the program in it runs. Only ports whose folder has a
 * tm_flash_PORT.c have it, and only a firmware with slots for models in flash asks for it. */
#ifndef TM_FLASH_H
#define TM_FLASH_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the bytes of the sector that begins at `address`; 0 where none does. */
uint32_t tm_flash_sector(uintptr_t address);

/* Erases the sector that begins at `address`: all its bits become ones. Returns whether they did. */
bool tm_flash_erase(uintptr_t address);

/* Writes `count` words from `address`, a multiple of 4, on. Each was erased before, and none is written twice.
 * Returns whether the flash holds them. */
bool tm_flash_write(uintptr_t address, const uint32_t *words, uint32_t count);

#endif
