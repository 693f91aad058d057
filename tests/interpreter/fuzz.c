/* Damaged models over stdin: each is loaded and, where that is possible, run. See fuzz.py.
 *
 * A request: the sizes of model and arena (uint32 each) and the model. The answer: the status's error (uint32). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "all_operators.h"

#define SECONDS 20 /* a model that takes longer is a finding */

static void get(void *to, size_t size) {
  if (size != 0 && fread(to, 1, size, stdin) != size) exit(0);
}

int main(void) {
  for (;;) {
    uint32_t sizes[2];
    get(sizes, sizeof(sizes));
    uint8_t *data = malloc(sizes[0]), *arena = malloc(sizes[1]);
    get(data, sizes[0]);
    alarm(SECONDS);
    tm_interpreter model;
    tm_model made = {.arena = arena, .arena_size = sizes[1]};
    if (tm_interpreter_load(&model, all_operators, no_specials, data, sizes[0], &made)) {
      for (uint32_t i = 0; i < made.input_count; i++) {
        memset(made.inputs[i].data, (int)(i + 1), made.inputs[i].size);
      }
      tm_interpreter_run(&model, 0, made.layer_count);
    }
    fwrite(&made.status.error, sizeof(made.status.error), 1, stdout);
    alarm(0); /* the limit is the model's, not that of the wait for the next one */
    fflush(stdout);
    free(data);
    free(arena);
  }
}
