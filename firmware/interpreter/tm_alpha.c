#include "tm_alpha.h"

bool tm_alpha_read(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output, tm_alpha *alpha) {
  static const tm_factor none = {0, 0};
  if (!tm_require(model, model->node.options != 0)) return false;
  const float value = tm_float((uint32_t)tm_option(model, TM_FIELD(0, 4), 0));
  const float slope = value < 0.0F ? -value : value;
  if (!tm_require(model, slope <= 3.40282347e38F)) return false; /* neither infinite nor a NaN */
  alpha->identity = tm_require_factor(model, source->scale, 1.0F, output->scale);
  alpha->leaky = slope > 0.0F ? tm_require_factor(model, source->scale, slope, output->scale) : none;
  alpha->negative = value < 0.0F;
  return tm_is_ok(model);
}
