#include "tm_state.h"

#include <string.h>

static void reset(const tm_variable *variable) { memset(variable->data, variable->value, variable->bytes); }

void tm_state_reset(const tm_interpreter *model) {
  for (const tm_variable *at = model->variables; at != NULL; at = at->next) reset(at);
}

bool tm_state_read(tm_interpreter *model, uint32_t position, const tm_tensor *source, const tm_tensor *output,
                   tm_tensor *state) {
  if (!tm_require(model, tm_has_input(model, position)) ||
      !tm_place_read(model, tm_int32_at(&model->file, model->node.inputs, position), state) ||
      !tm_require(model, state->is_variable) || !tm_require_apart(model, source, state, false) ||
      !tm_require_apart(model, state, output, false)) {
    return false;
  }
  tm_variable *variable = tm_take(model, sizeof(*variable));
  if (variable == NULL) return false;
  variable->next = model->variables;
  variable->data = state->data;
  variable->bytes = state->bytes;
  variable->value = state->type == TM_INT8 && state->scales.length != 0 ? state->zero_point : 0;
  model->variables = variable;
  reset(variable);
  return true;
}
