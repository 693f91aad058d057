/* The device's half of the protocol: answers the host's requests about one model, for ever. */
#ifndef TM_DEVICE_H
#define TM_DEVICE_H

#include "tm_model.h"
#include "tm_protocol.h"

/* Initializes the port and serves requests. Does not return. */
void tm_device_serve(const tm_model *model);

/* Carries out a request that the runtime does not know, whose body has `size` bytes: one about slots for models,
 * in a firmware that has them (tm_swap.c). Sets the size of the response's body;
 * returns a status. */
uint8_t tm_device_swap(const tm_request *request, uint32_t size, tm_response *response, uint32_t *response_size);

/* Hears of every hello before it is answered: a session begins. */
void tm_device_greeted(void);

#endif
