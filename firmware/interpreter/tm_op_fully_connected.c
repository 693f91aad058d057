/* FULLY_CONNECTED; see tinyml/ops/fully_connected.py. */
#include "tm_dense.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_weighted weighted;
  int32_t rows, weights_offset;
  if (tm_dense_read(model, TM_INT8, &weighted, &rows, &weights_offset)) {
    tm_dense_add(model, rows, weights_offset, &weighted);
  }
}

const tm_operator tm_op_fully_connected = {9, prepare};
