/* The interpreter with all operators as a program: takes models over stdin, runs them, and tells their bytes.
 *
 * A request: the sizes of model, arena and inputs (uint32 each), the model, and the values of all inputs one after
 * the other; without values the model is loaded and not run. The answer: the status (three uint32) and, where that
 * is TM_OK, the bytes of the arena that are in use, the number of layers and, where it was run, the size and bytes
 * of each layer's output and of each output of the model. All memory is allocated with its exact size, so that the
 * sanitizers see a byte outside of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "all_operators.h"

#define SECONDS 20 /* a model that takes longer is a finding */

static void get(void *to, size_t size) {
  if (size != 0 && fread(to, 1, size, stdin) != size) exit(0); /* the other end of the pipe was closed */
}

static void put(const void *bytes, uint32_t size) { fwrite(bytes, 1, size, stdout); }

static void put_word(uint32_t word) { put(&word, sizeof(word)); }

static void put_buffer(const tm_buffer *buffer) {
  put_word(buffer->size);
  put(buffer->data, buffer->size);
}

static void run(tm_interpreter *model, const uint8_t *values) {
  const tm_model *made = model->descriptor;
  for (uint32_t i = 0; i < made->input_count; i++) {
    memcpy(made->inputs[i].data, values, made->inputs[i].size);
    values += made->inputs[i].size;
  }
  for (uint32_t i = 0; i < made->layer_count; i++) {
    tm_interpreter_run(model, i, i + 1);
    put_buffer(&made->layer_outputs[i]);
  }
  for (uint32_t i = 0; i < made->output_count; i++) put_buffer(&made->outputs[i]);
}

static uint32_t input_bytes(const tm_model *made) {
  uint32_t size = 0;
  for (uint32_t i = 0; i < made->input_count; i++) size += made->inputs[i].size;
  return size;
}

int main(void) {
  for (;;) {
    uint32_t sizes[3];
    get(sizes, sizeof(sizes));
    uint8_t *data = malloc(sizes[0]), *arena = malloc(sizes[1]), *values = malloc(sizes[2]);
    get(data, sizes[0]);
    get(values, sizes[2]);
    alarm(SECONDS);
    tm_interpreter model;
    tm_model made = {.arena = arena, .arena_size = sizes[1]};
    const bool loaded = tm_interpreter_load(&model, all_operators, no_specials, data, sizes[0], &made);
    put(&made.status, sizeof(made.status));
    if (loaded) {
      const int runs = sizes[2] != 0 && input_bytes(&made) == sizes[2];
      put_word(model.tensor_bytes + sizes[1] - model.free_end);
      put_word(runs ? made.layer_count : 0);
      put_word(runs ? made.output_count : 0);
      if (runs) run(&model, values);
    }
    alarm(0); /* the limit is the model's, not that of the wait for the next one */
    fflush(stdout);
    free(data);
    free(arena);
    free(values);
  }
}
