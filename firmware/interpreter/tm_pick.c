#include "tm_pick.h"

typedef struct {
  tm_gather_params params;
  const int8_t *input;
  const int32_t *indices;
  int8_t *output;
} gather_call;

static void run(const void *data) {
  const gather_call *call = data;
  tm_gather(&call->params, call->input, call->indices, call->output);
}

/* Whether every choice of constant indices lies inside. */
static TM_COLD bool is_inside(const tm_gather_params *params, const tm_tensor *source, const tm_tensor *indices,
                              uint32_t first) {
  for (uint32_t i = 0; i < (uint32_t)indices->elements;) {
    int64_t place = 0, step = params->block;
    for (uint32_t k = 0; k < (uint32_t)params->depth; k++, i++) {
      step /= source->shape[first + k];
      place += tm_number(indices, i) * step;
    }
    if (place < 0 || place >= params->block) return false;
  }
  return true;
}

void tm_pick_add(tm_interpreter *model, const tm_tensor *source, const tm_tensor *indices, const tm_tensor *output,
                 tm_pick pick) {
  const int32_t inner = tm_step(source, pick.first + pick.depth - 1);
  int32_t steps[TM_PICK_DEPTH] = {0}, block = 1;
  for (uint32_t i = pick.depth; i-- > 0;) {
    steps[i] = block;
    block *= source->shape[pick.first + i];
  }
  const tm_gather_params params = {
      .batches = pick.batches,
      .outer = source->elements / inner / block / pick.batches,
      .block = block,
      .picks = indices->elements / pick.batches / (int32_t)pick.depth,
      .depth = (int32_t)pick.depth,
      .step_0 = steps[0],
      .step_1 = steps[1],
      .step_2 = steps[2],
      .step_3 = steps[3],
      .step_4 = steps[4],
      .run = inner * (int32_t)(source->bytes / (uint32_t)source->elements),
  };
  if (!tm_require(model, !indices->is_constant || is_inside(&params, source, indices, pick.first)) ||
      !tm_require_apart(model, source, output, false) || !tm_require_apart(model, indices, output, false)) {
    return;
  }
  gather_call *call = tm_layer_add(model, run, sizeof(*call), output);
  if (call == NULL) return;
  call->params = params;
  call->input = (const int8_t *)source->data;
  call->indices = (const int32_t *)(const void *)indices->data;
  call->output = (int8_t *)output->data;
}
