/* Two slots for models, of which one may be written while the other one is used; power may go at any moment.
 *
 * The slots lie one behind the other from TM_SLOTS_START on (tm_slots_place.h, which a project generates), in
 * flash or in RAM that nothing initializes. Each begins with a header, which is written in the order of its
 * fields, every word once after an erasure, as flash asks for:
 *
 *   erased -> announced (up to crc) -> the model's bytes -> written -> proven
 *
 * A slot counts at start only if it is proven, its header's CRC is right and its bytes have the hash that was
 * announced: whatever an erasure or a write that was cut short leaves behind, is none. The newest one counts; the
 * other one is what it was before, until it is announced anew. A slot belongs to the firmware that proved it:
 * another build has other operators and another arena, and begins with the model of its image. */
#ifndef TM_SLOTS_H
#define TM_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "tm_sha256.h"
#include "tm_slots_place.h"

typedef struct {
  uint32_t magic;
  uint32_t build_id;               /* of the firmware that the model was sent to */
  uint32_t sequence;               /* of the swap, from 1 on: the largest is the newest */
  uint32_t length;                 /* of the model, in bytes */
  uint8_t sha256[TM_SHA256_BYTES]; /* of the model */
  uint32_t crc;                    /* of the fields before it */
  uint32_t written;                /* TM_SLOT_WRITTEN: all bytes are there, and have the hash */
  uint32_t proven;                 /* TM_SLOT_PROVEN: the host has seen the model's answers and asked to keep it */
  uint32_t unused;
} tm_slot;

#define TM_SLOT_MAGIC 0x534D5401u /* "SMT", and the format's version */
#define TM_SLOT_WRITTEN 0x54495257u
#define TM_SLOT_PROVEN 0x564F5250u
#define TM_SLOT_COUNT 2u

/* The most bytes that a slot's model may have. */
#define TM_SLOT_MODEL_BYTES (TM_SLOT_BYTES - (uint32_t)sizeof(tm_slot))

/* The model in a slot, at a multiple of 16. */
const uint8_t *tm_slot_model(const tm_slot *slot);

/* Returns the newest slot that counts and is older than `than` (NULL: the newest of all), or NULL. */
const tm_slot *tm_slots_newest(const tm_slot *than);

/* Erases a slot, but not `used` (NULL: none is used), and announces a model of `length` bytes there. Returns
 * whether that worked. */
bool tm_slots_announce(const tm_slot *used, uint32_t length, const uint8_t sha256[TM_SHA256_BYTES]);

/* The bytes of the announced model that are still to come; 0 where none is announced. */
uint32_t tm_slots_missing(void);

/* Writes the next bytes of the announced model, `size` of them: a multiple of 4, or all that are missing. `words`
 * holds them and, up to a multiple of 4, anything. Returns whether that worked. */
bool tm_slots_append(const uint32_t *words, uint32_t size);

/* Returns the slot of the announced model once its bytes are there and have the hash, or NULL. */
const tm_slot *tm_slots_finish(void);

/* Makes the finished slot count. Returns whether that worked. */
bool tm_slots_prove(void);

#endif
