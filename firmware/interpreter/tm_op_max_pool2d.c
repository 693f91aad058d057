/* MAX_POOL_2D; see tinyml/ops/pool2d.py. */
#include "max_pool2d_s8.h"
#include "tm_pool2d.h"

static void run(const void *data) {
  const tm_pool2d_call *call = data;
  const tm_pool2d *pool = &call->pool;
  const tm_max_pool2d_s8_params params = TM_POOL2D_PARAMS(pool);
  tm_max_pool2d_s8(&params, call->input, call->output);
}

static TM_COLD void prepare(tm_interpreter *model) { tm_pool2d_add(model, run); }

const tm_operator tm_op_max_pool2d = {17, prepare};
