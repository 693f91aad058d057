/* A model that is replaced while the firmware runs: the device's half of `tinyml swap`. */
#ifndef TM_SWAP_H
#define TM_SWAP_H

#include <stdbool.h>
#include <stdint.h>

#include "tm_model.h"

/* Loads the newest proven model, from a slot or the one of the image, and answers for swaps from then on. It needs
 * no host, and no port that is initialized.
 *
 * model: its descriptor, as the functions below set it. load: loads the image's own model. load_from: loads
 * another one, whose bytes stay where they are. Both return whether the model can be run. */
void tm_swap_start(tm_model *model, bool (*load)(void), bool (*load_from)(const uint8_t *data, uint32_t size));

#endif
