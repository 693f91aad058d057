/* The dense layer, which is also what CONV_2D with a 1x1 filter becomes. */
#ifndef TM_DENSE_H
#define TM_DENSE_H

#include "tm_weighted.h"

/* Read FULLY_CONNECTED, whose input and output have `type`. */
bool tm_dense_read(tm_interpreter *model, int32_t type, tm_weighted *weighted, int32_t *rows,
                   int32_t *weights_offset) TM_COLD;

/* Add the layer of int8: `rows` rows of inputs, the filter's channels in its first dimension. */
void tm_dense_add(tm_interpreter *model, int32_t rows, int32_t weights_offset, tm_weighted *weighted) TM_COLD;

#endif
