/* Operators with int16 inputs and int8 weights; see tm_weighted.h and firmware/kernels/tm_channel_s16.h. */
#ifndef TM_WEIGHTED_WIDE_H
#define TM_WEIGHTED_WIDE_H

#include "tm_conv.h"

#define TM_INT16S(pointer) ((const int16_t *)(const void *)(pointer))

/* How sums become outputs, as the parameters of all these kernels hold it, in this order. */
typedef struct {
  int32_t activation_min;
  int32_t activation_max;
  int32_t per_channel;
  int32_t wide_sums;
} tm_wide_scaling;

/* What the parameters of CONV_2D and DEPTHWISE_CONV_2D begin with. */
typedef struct {
  tm_window window;
  int32_t dilation[2]; /* of height and width */
  tm_wide_scaling scaling;
} tm_conv_wide_params;

/* As tm_conv_read; the scaling is left to tm_wide_sums_read. */
bool tm_conv_wide_read(tm_interpreter *model, int32_t axis, tm_weighted *weighted,
                       tm_conv_wide_params *params) TM_COLD;

/* Find how sums, of 64 bits where they are `wide`, become outputs. The bias, if any, must have that size. */
bool tm_wide_sums_read(tm_interpreter *model, bool wide, tm_weighted *weighted, tm_wide_scaling *scaling) TM_COLD;

#endif
