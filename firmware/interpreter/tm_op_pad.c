/* PAD; see tinyml/ops/pad.py. */
#include "tm_pad.h"

const tm_operator tm_op_pad = {34, tm_pad_prepare};
