/* RESIZE_NEAREST_NEIGHBOR; see tinyml/ops/resize_nearest_neighbor.py. */
#include "resize_nearest_s8.h"
#include "tm_resize.h"

typedef struct {
  tm_resize_nearest_s8_params params;
  const int8_t *input;
  const int16_t *rows;
  const int16_t *columns;
  int8_t *output;
} resize_call;

static void run(const void *data) {
  const resize_call *call = data;
  tm_resize_nearest_s8(&call->params, call->input, call->rows, call->columns, call->output);
}

/* The input position for each of `output` positions, at the arena's end. */
static TM_COLD const int16_t *nearest(tm_interpreter *model, int32_t size, int32_t output) {
  const bool align_corners = tm_option(model, TM_FIELD(0, 1), 0) != 0;
  const float middle = tm_option(model, TM_FIELD(1, 1), 0) != 0 ? 0.5F : 0.0F;
  const int32_t ends = align_corners && output > 1;
  const float scale = (float)(size - ends) / (float)(output - ends);
  int16_t *positions = tm_take(model, (uint32_t)output * (uint32_t)sizeof(*positions));
  for (int32_t i = 0; positions != NULL && i < output; i++) {
    const float real = ((float)i + middle) * scale;
    positions[i] = (int16_t)tm_min(align_corners ? tm_round(real) : (int32_t)real, size - 1);
  }
  return positions;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  /* Pixels are moved as bytes. */
  if (!tm_input(model, 0, &source)) return;
  const int32_t size = source.type == TM_INT16 ? 2 : 1;
  if (!tm_images_read(model, size == 2 ? TM_INT16 : TM_INT8, &source, &output)) return;
  const int16_t *rows = nearest(model, source.shape[1], output.shape[1]);
  const int16_t *columns = nearest(model, source.shape[2], output.shape[2]);
  if (rows == NULL || columns == NULL) return;
  resize_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const resize_call made = {
      .params = {TM_RESIZE_PARAMS(source, output)},
      .input = (const int8_t *)source.data,
      .rows = rows,
      .columns = columns,
      .output = (int8_t *)output.data,
  };
  *call = made;
  call->params.channels *= size;
}

const tm_operator tm_op_resize_nearest_neighbor = {97, prepare};
