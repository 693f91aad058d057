/* Variable tensors: the state that an operator keeps from one inference to the next. */
#ifndef TM_STATE_H
#define TM_STATE_H

#include "tm_quantized.h"

/* Read the input at `position`, a variable, and note it for resets; the operator is refused where it is none. The
 * operator's input and output must lie apart from it. */
bool tm_state_read(tm_interpreter *model, uint32_t position, const tm_tensor *source, const tm_tensor *output,
                   tm_tensor *state) TM_COLD;

#endif
