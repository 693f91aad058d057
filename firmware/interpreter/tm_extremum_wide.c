#include "extremum_s16.h"
#include "extremum_s32.h"
#include "extremum_s64.h"
#include "tm_extremum_of.h"

static void run_s16(const void *data) {
  const tm_extremum_call *call = data;
  tm_extremum_s16(&call->params, call->input1, call->input2, call->output);
}

static void run_s32(const void *data) {
  const tm_extremum_call *call = data;
  tm_extremum_s32(&call->params, call->input1, call->input2, call->output);
}

static void run_s64(const void *data) {
  const tm_extremum_call *call = data;
  tm_extremum_s64(&call->params, call->input1, call->input2, call->output);
}

void tm_wide_extremum_prepare(tm_interpreter *model, int32_t maximum) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary)) return;
  const int32_t type = binary.first.type;
  tm_run *run = type == TM_INT16 ? run_s16 : type == TM_INT32 ? run_s32 : type == TM_INT64 ? run_s64 : NULL;
  tm_extremum_add(model, run, &binary, maximum);
}
