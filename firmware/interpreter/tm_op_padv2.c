/* PADV2; see tinyml/ops/padv2.py. */
#include "tm_pad.h"

const tm_operator tm_op_padv2 = {60, tm_pad_prepare};
