#include "tm_extremum_of.h"

#include "extremum_s8.h"
#include "extremum_u8.h"

static void run_u8(const void *data) {
  const tm_extremum_call *call = data;
  tm_extremum_u8(&call->params, call->input1, call->input2, call->output);
}

static void run_s8(const void *data) {
  const tm_extremum_call *call = data;
  tm_extremum_s8(&call->params, call->input1, call->input2, call->output);
}

void tm_extremum_add(tm_interpreter *model, tm_run *run, const tm_binary *binary, int32_t maximum) {
  if (!tm_require(model, run != NULL && binary->output.type == binary->first.type)) return;
  tm_extremum_call *call = tm_layer_add(model, run, sizeof(*call), &binary->output);
  if (call == NULL) return;
  const tm_extremum_call made = {
      .params = {TM_LOOPS_PARAMS(binary->loops), .maximum = maximum},
      .input1 = binary->first.data,
      .input2 = binary->second.data,
      .output = binary->output.data,
  };
  *call = made;
}

void tm_extremum_prepare(tm_interpreter *model, int32_t maximum) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  tm_extremum_add(model, binary.first.type == TM_INT8 ? run_s8 : NULL, &binary, maximum);
}

void tm_logical_prepare(tm_interpreter *model, int32_t either) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  tm_extremum_add(model, binary.first.type == TM_BOOL ? run_u8 : NULL, &binary, either);
}
