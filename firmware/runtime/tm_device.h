/* The device's half of the protocol: answers the host's requests about one model, for ever. */
#ifndef TM_DEVICE_H
#define TM_DEVICE_H

#include "tm_model.h"
#include "tm_protocol.h"

/* Initializes the port and serves requests. Does not return. */
void tm_device_serve(const tm_model *model);

/* Answers a request about slots for models, of which `rest` bytes follow the fixed part, and hears of every hello;
 * writes the response's fixed part and returns a status. Weak here; a firmware with slots has its own (tm_swap.c).
 */
uint8_t tm_device_swap(const tm_request *request, uint32_t rest, tm_response *response);

#endif
