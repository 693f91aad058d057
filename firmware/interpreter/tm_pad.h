/* What PAD and PADV2 share; see tinyml/ops/pad.py. */
#ifndef TM_PAD_H
#define TM_PAD_H

#include "tm_move.h"

void tm_pad_prepare(tm_interpreter *model) TM_COLD;

#endif
