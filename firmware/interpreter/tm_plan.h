/* Where tensors lie in the arena. */
#ifndef TM_PLAN_H
#define TM_PLAN_H

#include "tm_graph.h"

/* Take the plan that the file's metadata carries. Where there is none for this model, make one: by size,
 * each tensor at the lowest offset that is free during its life. */
bool tm_plan_make(tm_interpreter *model) TM_COLD;

#endif
