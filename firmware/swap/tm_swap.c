#include "tm_swap.h"

#include <stddef.h>

#include "tm_device.h"
#include "tm_slots.h"

static struct {
  tm_model *model;
  bool (*load)(void);
  bool (*load_from)(const uint8_t *data, uint32_t size);
  const uint8_t *own_sha256; /* of the image's model */
  const tm_slot *running;    /* the model that a start would load; NULL: the image's */
  const tm_slot *trial;      /* what is loaded in its place until it is kept; NULL: nothing */
} swap;

static bool load_slot(const tm_slot *slot) {
  swap.model->sha256 = slot->sha256;
  return swap.load_from(tm_slot_model(slot), slot->length);
}

static void load_newest(void) {
  swap.trial = NULL;
  for (swap.running = tm_slots_newest(NULL); swap.running != NULL; swap.running = tm_slots_newest(swap.running)) {
    if (load_slot(swap.running)) {
      return;
    }
  }
  swap.model->sha256 = swap.own_sha256;
  (void)swap.load(); /* the host is told where it cannot be run */
}

void tm_swap_start(tm_model *model, bool (*load)(void), bool (*load_from)(const uint8_t *data, uint32_t size)) {
  swap.model = model;
  swap.load = load;
  swap.load_from = load_from;
  swap.own_sha256 = model->sha256;
  load_newest();
}

static void end_trial(void) {
  if (swap.trial != NULL) {
    load_newest();
  }
}

static uint8_t on_slots(tm_slots_response *slots) {
  slots->model_bytes = TM_SLOT_MODEL_BYTES;
  slots->arena_bytes = swap.model->arena_size;
  slots->sequence = swap.running == NULL ? 0 : swap.running->sequence;
  return TM_STATUS_OK;
}

static uint8_t on_slot_begin(const tm_slot_begin_request *begin) {
  if (begin->length == 0 || begin->length > TM_SLOT_MODEL_BYTES) {
    return TM_STATUS_BAD_RANGE;
  }
  end_trial(); /* what is on trial lies in the slot that is erased now */
  return tm_slots_announce(swap.running, begin->length, begin->sha256) ? TM_STATUS_OK : TM_STATUS_BAD_SLOT;
}

static uint8_t on_slot_write(const tm_slot_write_request *write, uint32_t size) {
  const uint32_t missing = tm_slots_missing();
  if (size > missing || (size % 4u != 0 && size != missing)) {
    return TM_STATUS_BAD_RANGE;
  }
  if (write->missing != missing) {
    return TM_STATUS_BAD_ORDER;
  }
  return tm_slots_append((const uint32_t *)(const void *)write->data, size) ? TM_STATUS_OK : TM_STATUS_BAD_SLOT;
}

static uint8_t on_slot_try(tm_slot_try_response *tried) {
  const tm_slot *slot = tm_slots_finish();
  if (slot == NULL) {
    return TM_STATUS_BAD_SLOT;
  }
  swap.trial = slot;
  (void)load_slot(slot);
  const tm_status status = swap.model->status;
  if (status.error != TM_OK) {
    load_newest();
  }
  tried->model_error = (uint32_t)status.error;
  tried->model_error_index = status.index;
  tried->model_error_detail = status.detail;
  return TM_STATUS_OK;
}

static uint8_t on_slot_keep(tm_slot_keep_response *kept) {
  if (swap.trial == NULL) {
    return TM_STATUS_BAD_ORDER;
  }
  if (!tm_slots_prove()) {
    load_newest();
    return TM_STATUS_BAD_SLOT;
  }
  swap.running = swap.trial;
  swap.trial = NULL;
  kept->sequence = swap.running->sequence;
  return TM_STATUS_OK;
}

uint8_t tm_device_swap(const tm_request *request, uint32_t rest, tm_response *response) {
  switch (request->part.header.message) {
    case TM_MESSAGE_HELLO: /* whoever was trying a model has gone */
      end_trial();
      return TM_STATUS_OK;
    case TM_MESSAGE_SLOTS:
      return on_slots(&response->part.body.slots);
    case TM_MESSAGE_SLOT_BEGIN:
      return on_slot_begin(&request->part.body.slot_begin);
    case TM_MESSAGE_SLOT_WRITE:
      return on_slot_write(&request->part.body.slot_write, rest);
    case TM_MESSAGE_SLOT_TRY:
      return on_slot_try(&response->part.body.slot_try);
    default: /* TM_MESSAGE_SLOT_KEEP */
      return on_slot_keep(&response->part.body.slot_keep);
  }
}
