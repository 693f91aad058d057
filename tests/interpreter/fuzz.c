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
    const tm_status status =
        tm_interpreter_load(&model, all_operators, no_specials, data, sizes[0], arena, sizes[1]);
    if (status.error == TM_OK) {
      for (uint32_t i = 0; i < model.inputs.length; i++) {
        memset(model.input_buffers[i].data, (int)(i + 1), model.input_buffers[i].size);
      }
      tm_interpreter_run(&model, 0, model.layer_count);
    }
    fwrite(&status.error, sizeof(status.error), 1, stdout);
    alarm(0); /* the limit is the model's, not that of the wait for the next one */
    fflush(stdout);
    free(data);
    free(arena);
  }
}
