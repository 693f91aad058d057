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

/* The functions that answer: on_NAME for each message, as in tm_device.c. What follows a request's fixed part is
 * `rest` bytes; no response has more than its fixed part. */

static uint8_t on_slots(const tm_request *request, uint32_t rest, tm_response *response) {
  tm_slots_response *slots = &response->part.body.slots;
  (void)request;
  (void)rest;
  slots->model_bytes = TM_SLOT_MODEL_BYTES;
  slots->arena_bytes = swap.model->arena_size;
  slots->sequence = swap.running == NULL ? 0 : swap.running->sequence;
  return TM_STATUS_OK;
}

static uint8_t on_slot_begin(const tm_request *request, uint32_t rest, tm_response *response) {
  const tm_slot_begin_request *begin = &request->part.body.slot_begin;
  (void)rest;
  (void)response;
  if (begin->length == 0 || begin->length > TM_SLOT_MODEL_BYTES) {
    return TM_STATUS_BAD_RANGE;
  }
  end_trial(); /* what is on trial lies in the slot that is erased now */
  return tm_slots_announce(swap.running, begin->length, begin->sha256) ? TM_STATUS_OK : TM_STATUS_BAD_SLOT;
}

static uint8_t on_slot_write(const tm_request *request, uint32_t rest, tm_response *response) {
  const tm_slot_write_request *write = &request->part.body.slot_write;
  const uint32_t missing = tm_slots_missing();
  (void)response;
  if (rest > missing || (rest % 4u != 0 && rest != missing)) {
    return TM_STATUS_BAD_RANGE;
  }
  if (write->missing != missing) {
    return TM_STATUS_BAD_ORDER;
  }
  return tm_slots_append((const uint32_t *)(const void *)write->data, rest) ? TM_STATUS_OK : TM_STATUS_BAD_SLOT;
}

static uint8_t on_slot_try(const tm_request *request, uint32_t rest, tm_response *response) {
  tm_slot_try_response *tried = &response->part.body.slot_try;
  const tm_slot *slot = tm_slots_finish();
  (void)request;
  (void)rest;
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

static uint8_t on_slot_keep(const tm_request *request, uint32_t rest, tm_response *response) {
  (void)request;
  (void)rest;
  if (swap.trial == NULL) {
    return TM_STATUS_BAD_ORDER;
  }
  if (!tm_slots_prove()) {
    load_newest();
    return TM_STATUS_BAD_SLOT;
  }
  swap.running = swap.trial;
  swap.trial = NULL;
  response->part.body.slot_keep.sequence = swap.running->sequence;
  return TM_STATUS_OK;
}

/* Whoever was trying a model has gone. */
void tm_device_greeted(void) { end_trial(); }

uint8_t tm_device_swap(const tm_request *request, uint32_t size, tm_response *response, uint32_t *response_size) {
  uint32_t rest;
  switch (request->part.header.message) {
/* A body that is too short makes `rest` wrap, to more than may follow. */
#define TM_CASE(NAME, name, request_bytes, most_rest, response_bytes) \
  case TM_MESSAGE_##NAME:                                             \
    rest = size - (request_bytes);                                    \
    if (rest > (most_rest)) {                                         \
      return TM_STATUS_BAD_LENGTH;                                    \
    }                                                                 \
    *response_size = (response_bytes);                                \
    return on_##name(request, rest, response);
    TM_SWAP_REQUESTS(TM_CASE)
#undef TM_CASE
    default:
      return TM_STATUS_UNKNOWN_MESSAGE;
  }
}
