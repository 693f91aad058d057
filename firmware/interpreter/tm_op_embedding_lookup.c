/* EMBEDDING_LOOKUP; see tinyml/ops/embedding_lookup.py. */
#include "tm_pick.h"

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, indices, output;
  if (!tm_moved_pair(model, 2, 1, TM_TYPES_8_32F, &source, &output) || !tm_input(model, 0, &indices) ||
      !tm_require(model, indices.type == TM_INT32 && indices.rank == 1 && source.rank >= 2 &&
                             output.rank == source.rank && output.shape[0] == indices.shape[0])) {
    return;
  }
  for (uint32_t i = 1; i < output.rank; i++) {
    if (!tm_require(model, output.shape[i] == source.shape[i])) return;
  }
  const tm_pick pick = {0, 1, 1};
  tm_pick_add(model, &source, &indices, &output, pick);
}

const tm_operator tm_op_embedding_lookup = {7, prepare};
