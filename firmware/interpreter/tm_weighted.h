/* Operators whose sums of weighted inputs become outputs by channel: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED,
 * TRANSPOSE_CONV. */
#ifndef TM_WEIGHTED_H
#define TM_WEIGHTED_H

#include "tm_quantized.h"

/* The arrays of a kernel with weights; a call of it begins with them, and the kernel's parameters follow. */
typedef struct {
  const int8_t *input;
  const int8_t *weights;
  const int32_t
      *bias; /* words; NULL where there is none, until the layer is added: then zeros at the arena's end */
  const int32_t *multipliers;
  const int8_t *shifts;
  int8_t *output;
} tm_weighted_arrays;

/* How sums become outputs, as the parameters of all these kernels on int8 hold it, in this order. */
typedef struct {
  int32_t output_offset;
  int32_t activation_min;
  int32_t activation_max;
  int32_t per_channel;
  int32_t shifts_right;
} tm_scaling;

/* Such an operator while it is prepared. */
typedef struct {
  tm_tensor source;
  tm_tensor filter;
  tm_tensor bias; /* read where there is one; else its type is -1 */
  tm_tensor output;
  int32_t channels;   /* of the output */
  int32_t bias_words; /* of a channel */
  tm_weighted_arrays arrays;
  tm_scaling scaling;
} tm_weighted;

/* Read the operator, whose input and output have `type`, int8 or int16 (then with zero points of 0). Its input is
 * the one at `source_at`, 0 or 2, its filter input 1, and the bias, if any, the last. The filter, constant int8
 * (or int4, where input and output are int8 and the input is the first), has `rank` dimensions, with one scale or
 * one along dimension `axis`, the output channels; the activation is the option in slot `activation`. Multipliers
 * and shifts lie in the file where they were prepared, and otherwise at the arena's end; so do int4 weights,
 * unpacked. */
bool tm_weighted_read(tm_interpreter *model, int32_t type, uint32_t source_at, uint32_t rank, int32_t axis,
                      uint32_t activation, tm_weighted *weighted) TM_COLD;

/* Add the layer of such a kernel, whose parameters have `size` bytes. A special kernel for them takes the place of
 * `run`. */
void tm_weighted_add(tm_interpreter *model, tm_run *run, const void *params, uint32_t size,
                     const tm_weighted *weighted) TM_COLD;

/* The functions that such kernels are called by, for any parameters. */
tm_run tm_run_conv2d, tm_run_depthwise_conv2d, tm_run_fully_connected;

#endif
