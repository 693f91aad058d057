/* Runs a TensorFlow Lite model from its flatbuffer: no heap, and no memory but the arena that it is given.
 *
 * tm_interpreter_load checks the whole file as tinyml's own reader does, plans the arena (or takes the plan that
 * tinyml put into the file), and prepares every operator: what its kernel needs is laid at the arena's end. Any
 * bytes give a status; nothing is read outside the file or written outside the arena. */
#ifndef TM_INTERPRETER_H
#define TM_INTERPRETER_H

#include "tm_graph.h"

/* One of the arrays of pointers that decide which operators a firmware can run, ended by NULL; see tm_operators.h.
 */
typedef struct tm_operator tm_operator;

/* Load the `size` bytes of a model, to be run with the kernels of `operators` and `specials`. They are used in
 * place as long as the model runs, and begin at a multiple of 4. descriptor: its arena, `arena_size` bytes from a
 * multiple of 8 on, is the caller's; status, layers, inputs and outputs are set. Returns whether the status is
 * TM_OK; where it is not, nothing may be run. */
bool tm_interpreter_load(tm_interpreter *model, const tm_operator *const *operators, const tm_special *specials,
                         const uint8_t *data, uint32_t size, tm_model *descriptor) TM_COLD;

/* Run layers `first` to `end` - 1; all of them, from 0 to layer_count, are an inference. */
void tm_interpreter_run(tm_interpreter *model, uint32_t first, uint32_t end);

#endif
