/* RESIZE_BILINEAR; see tinyml/ops/resize_bilinear.py. */
#include "resize_bilinear_s8.h"
#include "tm_resize.h"

#define TM_UNIT 1024 /* steps in a pixel */

typedef struct {
  tm_resize_bilinear_s8_params params;
  const int8_t *input;
  int8_t *output;
} resize_call;

static void run(const void *data) {
  const resize_call *call = data;
  tm_resize_bilinear_s8(&call->params, call->input, call->output);
}

/* The distance of two output positions in the input, and the place of the first; false where the last one is
 * behind the input. */
static TM_COLD bool walk(tm_interpreter *model, int32_t size, int32_t output, int32_t *step, int32_t *start) {
  const bool align_corners = tm_option(model, TM_FIELD(2, 1), 0) != 0,
             half_pixels = tm_option(model, TM_FIELD(3, 1), 0) != 0;
  const int32_t ends = align_corners && output > 1;
  *step = (TM_UNIT * (size - ends) + (output - ends) / 2) / (output - ends);
  *start = half_pixels ? *step / 2 - TM_UNIT / 2 : 0;
  return !(align_corners && half_pixels) && (output - 1) * *step + *start < size * TM_UNIT;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  if (!tm_images_read(model, TM_INT8, &source, &output)) return;
  tm_resize_bilinear_s8_params params = {TM_RESIZE_PARAMS(source, output)};
  const bool inside =
      walk(model, params.input_height, params.output_height, &params.step_height, &params.start_height) &&
      walk(model, params.input_width, params.output_width, &params.step_width, &params.start_width);
  if (!tm_require(model, inside)) return;
  resize_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const resize_call made = {params, (const int8_t *)source.data, (int8_t *)output.data};
  *call = made;
}

const tm_operator tm_op_resize_bilinear = {23, prepare};
