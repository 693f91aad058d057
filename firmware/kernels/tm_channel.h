/* What the convolutions and the dense layer do with a finished sum: requantize by output channel, and clamp. */
#ifndef TM_CHANNEL_H
#define TM_CHANNEL_H

#include "tm_requantize.h"

/* How sums become outputs. `per_channel` is 1 where multipliers and shifts hold one element an output channel,
 * 0 where they hold one for all. `shifts_right` is 1 where every shift is negative (nearly every model). */
typedef struct {
  const int32_t *multipliers;
  const int8_t *shifts;
  int32_t per_channel;
  int32_t shifts_right;
  int32_t output_offset;
  int32_t activation_min;
  int32_t activation_max;
} tm_channel_output;

/* Return the int8 value of `sum` of output channel `channel`. */
TM_INLINE int8_t tm_channel_value(const tm_channel_output *to, int32_t channel, uint32_t sum) {
  const int32_t at = to->per_channel ? channel : 0;
  const int32_t multiplier = to->multipliers[at];
  const int32_t shift = to->shifts[at];
  const int32_t scaled = to->shifts_right ? tm_requantize_right((int32_t)sum, multiplier, shift)
                                          : tm_requantize((int32_t)sum, multiplier, shift);
  return (int8_t)tm_clamp(tm_wrapping_add(scaled, to->output_offset), to->activation_min, to->activation_max);
}

#endif
