/* BATCH_MATMUL of int16; see tinyml/ops/batch_matmul.py. */
#include "batch_matmul_s16.h"
#include "tm_batch_matmul_read.h"

#define TM_MAX_WIDE_SHIFT 7 /* a left shift of a sum of 64 bits */

static void run(const void *data) {
  const tm_batch_matmul_call *call = data;
  tm_batch_matmul_s16(&call->params, call->left, call->right, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_batch_matmul_add(model, TM_INT16, TM_MAX_WIDE_SHIFT, run);
}

const tm_operator tm_op_batch_matmul_wide = {TM_OPERATOR_WIDE | 126, prepare};
