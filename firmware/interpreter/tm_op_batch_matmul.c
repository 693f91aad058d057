/* BATCH_MATMUL; see tinyml/ops/batch_matmul.py. */
#include "batch_matmul_s8.h"
#include "tm_batch_matmul_read.h"

static void run(const void *data) {
  const tm_batch_matmul_call *call = data;
  tm_batch_matmul_s8(&call->params, call->left, call->right, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) { tm_batch_matmul_add(model, TM_INT8, TM_MAX_SHIFT, run); }

const tm_operator tm_op_batch_matmul = {126, prepare};
