/* Sums of int16 inputs and int8 weights, and what becomes of them: bias, requantization by output channel, clamp.
 *
 * TFLM sums in the bias's type. A sum of 32 bits wraps and is rounded twice, as those of int8 inputs are; one of
 * 64 bits is multiplied by 16 bits of the multiplier and rounded once. */
#ifndef TM_CHANNEL_S16_H
#define TM_CHANNEL_S16_H

#include "tm_requantize.h"

/* How sums become outputs; the fields of the kernels' parameters that say so, and their arrays. */
typedef struct {
  const int32_t *bias; /* words: one an output channel, or two where sums are wide, the lower first */
  const int32_t *multipliers;
  const int8_t *shifts;
  int32_t per_channel;    /* 1: a multiplier and a shift for each output channel; 0: one of each */
  int32_t wide_sums;      /* 1: sums of 64 bits; 0: of 32 */
  int32_t activation_min; /* -32768 to 32767 */
  int32_t activation_max; /* activation_min to 32767 */
} tm_channel_s16;

/* The sum of output channel `channel` before any product is added. It wraps at 64 bits. */
TM_INLINE uint64_t tm_channel_s16_start(const tm_channel_s16 *to, int32_t channel) {
  if (!to->wide_sums) return (uint64_t)(int64_t)to->bias[channel];
  return (uint64_t)(uint32_t)to->bias[2 * channel] | (uint64_t)(uint32_t)to->bias[2 * channel + 1] << 32;
}

/* sum * multiplier * 2^(shift - 31), rounded to nearest, ties up, of a sum below 2^47. Range: multiplier 0 to
 * 2^31 - 1, shift -31 to 7. Larger sums wrap. */
TM_INLINE int32_t tm_requantize_wide(uint64_t sum, int32_t multiplier, int32_t shift) {
  const int32_t upper = multiplier < 0x7fff0000 ? (multiplier + (1 << 15)) >> 16 : 0x7fff;
  const uint64_t half = (uint64_t)1 << (14 - shift);
  return (int32_t)((int64_t)(sum * (uint64_t)upper + half) >> (15 - shift));
}

/* The int16 value of the sum of output channel `channel`. */
TM_INLINE int16_t tm_channel_s16_value(const tm_channel_s16 *to, int32_t channel, uint64_t sum) {
  const int32_t at = to->per_channel ? channel : 0;
  const int32_t scaled = to->wide_sums ? tm_requantize_wide(sum, to->multipliers[at], to->shifts[at])
                                       : tm_requantize((int32_t)sum, to->multipliers[at], to->shifts[at]);
  return (int16_t)tm_clamp(scaled, to->activation_min, to->activation_max);
}

/* `sum` and x[0] * w[0] to x[length - 1] * w[length - 1]. */
TM_INLINE uint64_t tm_dot_s16(const int16_t *x, const int8_t *w, int32_t length, uint64_t sum) {
  for (int32_t k = 0; k < length; k++) sum += (uint64_t)(int64_t)(x[k] * w[k]);
  return sum;
}

#endif
