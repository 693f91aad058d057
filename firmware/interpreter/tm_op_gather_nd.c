/* GATHER_ND; see tinyml/ops/gather_nd.py. */
#include "tm_pick.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, indices, output;
  if (!tm_moved_pair(model, 2, 0, TM_TYPES_8_32F, &source, &output) || !tm_input(model, 1, &indices) ||
      !tm_require(model, tm_is_moved(&indices, TM_TYPE(TM_INT32)) && indices.rank != 0)) {
    return;
  }
  const uint32_t rows = indices.rank - 1, depth = (uint32_t)indices.shape[rows];
  if (!tm_require(model,
                  depth <= TM_PICK_DEPTH && depth <= source.rank && output.rank == rows + source.rank - depth)) {
    return;
  }
  for (uint32_t i = 0; i < output.rank; i++) {
    const int32_t n = i < rows ? indices.shape[i] : source.shape[i - rows + depth];
    if (!tm_require(model, output.shape[i] == n)) return;
  }
  const tm_pick pick = {0, depth, 1};
  tm_pick_add(model, &source, &indices, &output, pick);
}

const tm_operator tm_op_gather_nd = {107, prepare};
