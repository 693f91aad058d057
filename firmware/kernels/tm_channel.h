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

/* Return the int8 value of `sum` of output channel `channel`.
 * After a right shift nothing overflows, and clamping before the output's zero point is added leaves [0, 255] for
 * a RELU, which is one instruction on Armv7-M. */
TM_INLINE int8_t tm_channel_value(const tm_channel_output *to, int32_t channel, uint32_t sum) {
  const int32_t at = to->per_channel ? channel : 0;
  const int32_t multiplier = to->multipliers[at], shift = to->shifts[at];
  const int32_t offset = to->output_offset, low = to->activation_min, high = to->activation_max;
  if (to->shifts_right) {
    const int32_t scaled = tm_requantize_right((int32_t)sum, multiplier, shift);
    return (int8_t)(tm_clamp(scaled, low - offset, high - offset) + offset);
  }
  return (int8_t)tm_clamp(tm_wrapping_add(tm_requantize((int32_t)sum, multiplier, shift), offset), low, high);
}

#endif
