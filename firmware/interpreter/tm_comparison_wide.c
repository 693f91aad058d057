#include "compare_s32.h"
#include "compare_s64.h"
#include "tm_comparison.h"

static void run_s32(const void *data) {
  const tm_plain_comparison *call = data;
  tm_compare_s32(&call->params, call->input1, call->input2, call->output);
}

static void run_s64(const void *data) {
  const tm_plain_comparison *call = data;
  tm_compare_s64(&call->params, call->input1, call->input2, call->output);
}

void tm_wide_comparison_prepare(tm_interpreter *model, int32_t comparison) {
  tm_binary binary;
  if (!tm_binary_read(model, &binary) || !tm_require(model, binary.output.type == TM_BOOL)) return;
  if (binary.first.type == TM_INT32) {
    tm_plain_comparison_add(model, run_s32, &binary, comparison);
  } else if (tm_require(model, binary.first.type == TM_INT64)) {
    tm_plain_comparison_add(model, run_s64, &binary, comparison);
  }
}
