/* MAX_POOL_2D; see tinyml/ops/pool2d.py. */
#include "max_pool2d_s8.h"
#include "tm_pool2d.h"

TM_SAME_FIELDS(tm_pool2d_params, tm_max_pool2d_s8_params);

typedef struct {
  tm_pool2d_arrays at;
  tm_max_pool2d_s8_params params;
} pool2d_call;

static void run(const void *data) {
  const pool2d_call *call = data;
  const tm_max_pool2d_s8_params params = call->params; /* which no output can change, as the compiler now sees */
  tm_max_pool2d_s8(&params, call->at.input, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) { tm_pool2d_add(model, TM_INT8, run); }

const tm_operator tm_op_max_pool2d = {17, prepare};
