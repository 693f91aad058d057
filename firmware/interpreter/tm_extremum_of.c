#include "tm_extremum_of.h"

#include "extremum_s16.h"
#include "extremum_s32.h"
#include "extremum_s8.h"
#include "extremum_u8.h"

typedef struct {
  tm_extremum_params params;
  const void *input1;
  const void *input2;
  void *output;
} extremum_call;

static void run_u8(const void *data) {
  const extremum_call *call = data;
  tm_extremum_u8(&call->params, call->input1, call->input2, call->output);
}

static void run_s8(const void *data) {
  const extremum_call *call = data;
  tm_extremum_s8(&call->params, call->input1, call->input2, call->output);
}

static void run_s16(const void *data) {
  const extremum_call *call = data;
  tm_extremum_s16(&call->params, call->input1, call->input2, call->output);
}

static void run_s32(const void *data) {
  const extremum_call *call = data;
  tm_extremum_s32(&call->params, call->input1, call->input2, call->output);
}

static TM_COLD void add(tm_interpreter *model, void (*run)(const void *call), const tm_binary *binary,
                        int32_t maximum) {
  if (!tm_require(model, run != NULL && binary->output.type == binary->first.type)) return;
  extremum_call *call = tm_layer_add(model, run, sizeof(*call), &binary->output);
  if (call == NULL) return;
  const extremum_call made = {
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
  const int32_t type = binary.first.type;
  add(model,
      type == TM_INT8    ? run_s8
      : type == TM_INT16 ? run_s16
      : type == TM_INT32 ? run_s32
                         : NULL,
      &binary, maximum);
}

void tm_logical_prepare(tm_interpreter *model, int32_t either) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  add(model, binary.first.type == TM_BOOL ? run_u8 : NULL, &binary, either);
}
