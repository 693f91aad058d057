/* What operators share when they are prepared: the checks of tinyml/ops/quantized.py and window.py, activation
 * ranges and requantization. */
#ifndef TM_QUANTIZED_H
#define TM_QUANTIZED_H

#include "tm_channel.h"
#include "tm_fixedpoint.h"
#include "tm_operators.h"

/* Returns `condition`; where it is false, the operator is refused. */
bool tm_require(tm_interpreter *model, bool condition) TM_COLD;

/* Read the input at `position`; the operator is refused where it is absent. */
bool tm_input(tm_interpreter *model, uint32_t position, tm_tensor *tensor) TM_COLD;

/* Whether the operator has an input at `position`. */
bool tm_has_input(tm_interpreter *model, uint32_t position) TM_COLD;

/* Read the only output. */
bool tm_output(tm_interpreter *model, tm_tensor *tensor) TM_COLD;

/* Whether a tensor is int8 and quantized as a whole. */
bool tm_is_int8(const tm_tensor *tensor) TM_COLD;

/* Read input 0 and the output, both int8; the operator has `least` to `most` inputs. */
bool tm_int8_pair(tm_interpreter *model, uint32_t least, uint32_t most, tm_tensor *source,
                  tm_tensor *output) TM_COLD;

bool tm_same_shape(const tm_tensor *a, const tm_tensor *b) TM_COLD;

bool tm_has_shape4(const tm_tensor *tensor, int32_t n0, int32_t n1, int32_t n2, int32_t n3) TM_COLD;

/* Check that the plan keeps the output from the bytes of an input, but for a kernel that works `in_place`: then
 * both may have the same first byte. */
bool tm_require_apart(tm_interpreter *model, const tm_tensor *source, const tm_tensor *output,
                      bool in_place) TM_COLD;

/* Read the axis of `source`, input 1, a constant of one element; it is counted from the front. */
bool tm_axis_of(tm_interpreter *model, const tm_tensor *source, uint32_t *axis) TM_COLD;

/* The elements of dimensions `first` to `end` - 1. */
int32_t tm_size_between(const tm_tensor *tensor, uint32_t first, uint32_t end) TM_COLD;

/* An option of `size` bytes; `absent` where the operator has none. */
int32_t tm_option(tm_interpreter *model, uint32_t slot, uint32_t size, int32_t absent) TM_COLD;

/* The factor a * b / c, which a kernel can apply only below 2^30. */
tm_factor tm_require_factor(tm_interpreter *model, float a, float b, float c) TM_COLD;

/* The int8 values that the fused activation `code` lets through. */
bool tm_activation_range(tm_interpreter *model, int32_t code, const tm_tensor *output, int32_t *low,
                         int32_t *high) TM_COLD;

/* Read the filter, input 1: constant int8, of `rank` dimensions, with one scale or one along dimension `axis`. */
bool tm_filter(tm_interpreter *model, uint32_t rank, int32_t axis, tm_tensor *filter) TM_COLD;

/* How sums become outputs, with the activation `code`; multipliers and shifts go to the arena's end. */
bool tm_channel_prepare(tm_interpreter *model, const tm_tensor *source, const tm_tensor *filter,
                        const tm_tensor *output, int32_t code, tm_channel_output *to) TM_COLD;

/* Read the bias, the input at `position`, of `channels` elements; zeros at the arena's end where there is none. */
bool tm_bias(tm_interpreter *model, uint32_t position, int32_t channels, const int32_t **bias) TM_COLD;

/* A window along one dimension of an image; see tinyml/ops/window.py. */
typedef struct {
  int32_t size;
  int32_t taps;
  int32_t stride;
  int32_t dilation;
  int32_t output;
  int32_t pad;
} tm_axis;

/* Read padding and strides, the first options of all operators with a window, and set what follows from them:
 * stride, output and pad. */
bool tm_slide(tm_interpreter *model, tm_axis *height, tm_axis *width) TM_COLD;

/* The arrays of a kernel whose sums become outputs by channel; a call of it begins with them, and the kernel's
 * parameters follow. */
typedef struct {
  const int8_t *input;
  const int8_t *weights;
  const int32_t *bias;
  const int32_t *multipliers;
  const int8_t *shifts;
  int8_t *output;
} tm_channel_arrays;

/* Add the layer of such a kernel, whose parameters have `size` bytes. A special kernel for them takes the place of
 * `run`. */
void tm_channel_add(tm_interpreter *model, void (*run)(const void *call), const void *params, uint32_t size,
                    const tm_tensor *source, const tm_tensor *filter, const int32_t *bias,
                    const tm_channel_output *to, const tm_tensor *output) TM_COLD;

/* The functions that such kernels are called by, for any parameters. */
void tm_run_conv2d(const void *call);
void tm_run_depthwise_conv2d(const void *call);
void tm_run_fully_connected(const void *call);

/* Add a layer that calls `run` with the `size` bytes that it returns (NULL: the arena is full). */
void *tm_layer_add(tm_interpreter *model, void (*run)(const void *call), uint32_t size,
                   const tm_tensor *output) TM_COLD;

#endif
