/* AVERAGE_POOL_2D of int16; see tinyml/ops/pool2d.py. */
#include "average_pool2d_s16.h"
#include "tm_pool2d.h"

TM_SAME_FIELDS(tm_pool2d_params, tm_average_pool2d_s16_params);

typedef struct {
  tm_pool2d_arrays at;
  tm_average_pool2d_s16_params params;
} pool2d_call;

static void run(const void *data) {
  const pool2d_call *call = data;
  const tm_average_pool2d_s16_params params =
      call->params; /* which no output can change, as the compiler now sees */
  tm_average_pool2d_s16(&params, call->at.input, call->at.output);
}

static TM_COLD void prepare(tm_interpreter *model) { tm_pool2d_add(model, TM_INT16, run); }

const tm_operator tm_op_average_pool2d_wide = {TM_OPERATOR_WIDE | 1, prepare};
