/* EMBEDDING_LOOKUP from int8 to float32: rows of a table that indices choose, dequantized.
 *
 * TFLM's inference fails where an index is out of range; here the nearest row is taken.
 *
 * Reach: the output must not overlap the table or the indices. */
#ifndef TM_EMBEDDING_S8_F32_H
#define TM_EMBEDDING_S8_F32_H

#include "tm_kernel.h"

typedef struct {
  int32_t rows;    /* of the table */
  int32_t columns; /* of the table and of the output */
  int32_t picks;   /* rows of the output */
  float scale;     /* of the table, above 0; its zero point is 0 */
} tm_embedding_s8_f32_params;

/* input: [rows][columns]; indices: [picks]; output: [picks][columns]. */
TM_INLINE void tm_embedding_s8_f32(const tm_embedding_s8_f32_params *params, const int8_t *input,
                                   const int32_t *indices, float *output) {
  TM_HIDE_ORIGIN(output);
  for (int32_t pick = 0; pick < params->picks; pick++) {
    const int8_t *row = input + tm_clamp(indices[pick], 0, params->rows - 1) * params->columns;
    for (int32_t i = 0; i < params->columns; i++) *output++ = params->scale * (float)row[i];
  }
}

#endif
