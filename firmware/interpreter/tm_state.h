/* Variable tensors: the state that an operator keeps from one inference to the next. */
#ifndef TM_STATE_H
#define TM_STATE_H

#include "tm_quantized.h"

/* Give the variable tensors of a model that was loaded the values that they begin with, as loading does. Only a
 * firmware that may hold such tensors needs it. */
void tm_state_reset(const tm_interpreter *model);

/* Read the input at `position`, a variable, give it its first values and note it for resets; the operator is
 * refused where it is none. The operator's input and output must lie apart from it. */
bool tm_state_read(tm_interpreter *model, uint32_t position, const tm_tensor *source, const tm_tensor *output,
                   tm_tensor *state) TM_COLD;

#endif
