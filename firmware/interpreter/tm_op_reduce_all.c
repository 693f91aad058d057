/* REDUCE_ALL; see tinyml/ops/reduce_all.py. */
#include "tm_reduce_axes.h"

const tm_operator tm_op_reduce_all = {140, tm_all_prepare};
