/* The device's half of the protocol: answers the host's requests about one model, for ever. */
#ifndef TM_DEVICE_H
#define TM_DEVICE_H

#include "tm_model.h"

/* Initializes the port and serves requests. Does not return. */
void tm_device_serve(const tm_model *model);

#endif
