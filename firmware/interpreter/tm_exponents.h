/* What SOFTMAX and LOG_SOFTMAX share: differences of two inputs as exponents; see tinyml/ops/softmax.py. */
#ifndef TM_EXPONENTS_H
#define TM_EXPONENTS_H

#include "tm_quantized.h"

/* How a difference is scaled: 2^26 stands for 1.0. */
typedef struct {
  tm_factor factor;
  int32_t size; /* differences whose exponential is not 0: 0 to size - 1 */
} tm_exponents;

/* Find how differences of inputs with this scale are scaled. beta: finite and above 0. */
bool tm_exponents_of(tm_interpreter *model, float scale, float beta, tm_exponents *exponents) TM_COLD;

/* -d, scaled, for each difference d, at the arena's end. */
int32_t *tm_differences_take(tm_interpreter *model, const tm_exponents *exponents) TM_COLD;

/* The exponential of each scaled difference, at the arena's end; 2^31 - 1 stands for 1.0. */
int32_t *tm_exps_take(tm_interpreter *model, const tm_exponents *exponents) TM_COLD;

/* The exponentials of all differences whose exponential is not 0, for SOFTMAX, whose option says beta. They were
 * prepared on the host or are computed; NULL where neither is possible. */
const int32_t *tm_exps_of(tm_interpreter *model, float scale, int32_t *size) TM_COLD;

#endif
