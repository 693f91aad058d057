#include "tm_sigmoid_wide.h"

#include "tm_rescale.h"

#define TM_TABLE_SCALE 4096.0F /* int16 with this many steps to 1 needs no factor but 3 for the table */
#define TM_MOST_SHIFT 31

/* Where TFLM takes a scale for a power of two, where it does not, and how far the output's may lie from 2^-15; see
 * tinyml/ops/sigmoid.py. */
#define TM_SURELY_POWER 6.85e-4F
#define TM_SURELY_NONE 7.01e-4F
#define TM_OUTPUT_TOLERANCE 6e-4F

static TM_COLD float distance_from_1(float x) { return x < 1.0F ? 1.0F - x : x - 1.0F; }

/* The factor as a multiplier of up to 16 bits and a right shift. */
static TM_COLD void factor_set(tm_interpreter *model, float scale, int32_t powers, tm_sigmoid_params *params) {
  for (int32_t power = 0; power < powers; power++) {
    const float distance = distance_from_1(scale * TM_TABLE_SCALE / (float)(1 << power));
    if (distance <= TM_SURELY_POWER) {
      params->multiplier = 3 << power;
      params->shift = 0;
      return;
    }
    tm_require(model, distance >= TM_SURELY_NONE);
  }
  /* The factor is exact in 31 bits. It is doubled until it is more than 32767 / 2, and its fraction cut off. */
  const tm_factor factor = tm_factor_of(scale, 3.0F * TM_TABLE_SCALE, 1.0F, 0);
  int32_t shift = 15 - factor.shift - (factor.multiplier > 32767 << 16);
  shift = tm_clamp(shift, 0, TM_MOST_SHIFT);
  const int32_t cut = 31 - factor.shift - shift; /* bits of the multiplier */
  if (!tm_require(model, factor.multiplier != 0 && cut >= 14 && cut < 31)) return;
  params->multiplier = factor.multiplier >> cut;
  params->shift = shift;
  tm_require(model, params->multiplier <= UINT16_MAX);
}

void tm_sigmoid_prepare(tm_interpreter *model, tm_run *run, int32_t powers) {
  tm_tensor source, output;
  if (!tm_int16_pair(model, true, &source, &output) ||
      !tm_require(model, distance_from_1(output.scale * 32768.0F) <= TM_OUTPUT_TOLERANCE)) {
    return;
  }
  tm_sigmoid_params params = {source.elements, 0, 0};
  factor_set(model, source.scale, powers, &params);
  tm_sigmoid_call *call = tm_is_ok(model) ? tm_layer_add(model, run, sizeof(*call), &output) : NULL;
  if (call == NULL) return;
  call->params = params;
  call->input = (const int16_t *)(const void *)source.data;
  call->output = (int16_t *)(void *)output.data;
}
