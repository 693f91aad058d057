#include "tm_blocks.h"

void tm_blocks_prepare(tm_interpreter *model, bool to_depth) {
  tm_tensor source, output;
  if (!tm_moved_pair(model, 1, 0, TM_TYPES_8_32F, &source, &output) ||
      !tm_require(model, model->node.options != 0 && source.rank == 4 && output.rank == 4)) {
    return;
  }
  const tm_tensor *space = to_depth ? &source : &output, *depth = to_depth ? &output : &source;
  const int32_t block = tm_option(model, TM_FIELD(0, 4), 0), channels = space->shape[3];
  if (!tm_require(model, block >= 1 && space->shape[1] % block == 0 && space->shape[2] % block == 0)) return;
  const int32_t rows = space->shape[1] / block, columns = space->shape[2] / block;
  if (!tm_require(model, depth->shape[0] == space->shape[0] && depth->shape[1] == rows &&
                             depth->shape[2] == columns && depth->shape[3] == channels * block * block)) {
    return;
  }
  const int32_t line = space->shape[2] * channels, row = block * channels;
  tm_loop loops[] = {{space->shape[0] * rows, block * line, columns * block * row},
                     {block, line, row},
                     {columns, row, block * row},
                     {row, 1, 1}};
  for (uint32_t i = 0; !to_depth && i < 4; i++) {
    const tm_loop loop = loops[i];
    loops[i].input_step = loop.output_step;
    loops[i].output_step = loop.input_step;
  }
  tm_copy_add(model, &source, &output, loops, 4, 0);
}
