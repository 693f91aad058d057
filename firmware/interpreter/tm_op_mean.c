/* MEAN; see tinyml/ops/mean.py. */
#include "mean_s8.h"
#include "tm_quantized.h"

#define TM_MAX_AXES 4          /* TFLM's */
#define TM_MEAN_LOOPS 2        /* of the kernel over kept dimensions, and over reduced ones */
#define TM_MAX_COUNT (1 << 23) /* elements whose sum fits 32 bits */

typedef struct {
  tm_mean_s8_params params;
  const int8_t *input;
  int8_t *output;
} mean_call;

/* Loops over kept [0] and reduced [1] dimensions, the outermost first. */
typedef struct {
  int32_t size[2][TM_MEAN_LOOPS];
  int32_t step[2][TM_MEAN_LOOPS];
} mean_loops;

static void run(const void *data) {
  const mean_call *call = data;
  tm_mean_s8(&call->params, call->input, call->output);
}

/* Read the axes, input 1, as one bit a dimension. */
static TM_COLD bool axes_read(tm_interpreter *model, const tm_tensor *source, uint32_t *reduced) {
  tm_tensor axes;
  if (!tm_input(model, 1, &axes) ||
      !tm_require(model, axes.type == TM_INT32 && axes.is_constant && axes.elements <= TM_MAX_AXES)) {
    return false;
  }
  const int32_t *values = (const int32_t *)(const void *)axes.data, rank = (int32_t)source->rank;
  *reduced = 0;
  for (int32_t i = 0; i < axes.elements; i++) {
    if (!tm_require(model, values[i] >= -rank && values[i] < rank)) return false;
    *reduced |= 1u << (values[i] < 0 ? values[i] + rank : values[i]);
  }
  return true;
}

/* Whether the output has the shape of the mean. */
static TM_COLD bool shape_fits(const tm_tensor *source, uint32_t reduced, bool keep, const tm_tensor *output) {
  uint32_t rank = 0;
  for (uint32_t i = 0; i < source->rank; i++) {
    const bool is_reduced = (reduced >> i & 1) != 0;
    if (is_reduced && !keep) continue;
    if (rank >= output->rank || output->shape[rank] != (is_reduced ? 1 : source->shape[i])) return false;
    rank++;
  }
  return rank == output->rank;
}

/* Merge neighbouring dimensions that are all kept or all reduced, the innermost first. */
static TM_COLD bool loops_find(const tm_tensor *source, uint32_t reduced, mean_loops *loops) {
  int32_t step = 1, last = -1, free[2] = {TM_MEAN_LOOPS, TM_MEAN_LOOPS};
  for (uint32_t i = source->rank; i > 0; i--) {
    const int32_t size = source->shape[i - 1], kind = (int32_t)(reduced >> (i - 1) & 1);
    if (size > 1 && kind == last) {
      loops->size[kind][free[kind]] *= size;
    } else if (size > 1) {
      if (free[kind] == 0) return false;
      free[kind]--;
      loops->size[kind][free[kind]] = size;
      loops->step[kind][free[kind]] = step;
      last = kind;
    }
    step *= size;
  }
  for (int32_t kind = 0; kind < 2; kind++) {
    for (int32_t i = 0; i < free[kind]; i++) {
      loops->size[kind][i] = 1;
      loops->step[kind][i] = 0;
    }
  }
  return true;
}

static TM_COLD void prepare(tm_interpreter *model) {
  tm_tensor source, output;
  uint32_t reduced, rest;
  mean_loops loops;
  if (!tm_int8_pair(model, 2, 2, &source, &output) || !axes_read(model, &source, &reduced)) return;
  const bool keep = tm_option(model, TM_FIELD(0, 1), 0) != 0;
  if (!tm_require(model, shape_fits(&source, reduced, keep, &output) && loops_find(&source, reduced, &loops)) ||
      !tm_require_apart(model, &source, &output, true)) {
    return;
  }
  const int32_t count = source.elements / output.elements;
  const tm_factor factor = tm_require_factor(model, source.scale, 1.0F, output.scale);
  if (!tm_require(model, count <= TM_MAX_COUNT)) return;
  /* TFLM works the division by the count into the multiplier, with as many bits as the count has. */
  int32_t bits = 0;
  while (count >> (bits + 1) != 0 && bits < 31 + factor.shift) bits++;
  const uint64_t multiplier = tm_divide((uint64_t)factor.multiplier << bits, (uint32_t)count, &rest);
  mean_call *call = tm_layer_add(model, run, sizeof(*call), &output);
  if (call == NULL) return;
  const mean_call made = {
      .params = {.kept_0 = loops.size[0][0],
                 .kept_1 = loops.size[0][1],
                 .kept_step_0 = loops.step[0][0],
                 .kept_step_1 = loops.step[0][1],
                 .reduced_0 = loops.size[1][0],
                 .reduced_1 = loops.size[1][1],
                 .reduced_step_0 = loops.step[1][0],
                 .reduced_step_1 = loops.step[1][1],
                 .input_offset = -source.zero_point * count,
                 .multiplier = (int32_t)multiplier,
                 .shift = factor.shift - bits,
                 .output_offset = output.zero_point},
      .input = (const int8_t *)source.data,
      .output = (int8_t *)output.data,
  };
  *call = made;
}

const tm_operator tm_op_mean = {40, prepare};
