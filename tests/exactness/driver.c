/* Runs models on samples that come over a byte stream: standard input on the host, the UART on a board.
 *
 * First comes a model: its number in the table of compiled models, or for the interpreter its size and its bytes;
 * then the number of outputs that its layers have besides each one's first, and for each of them the layer's
 * index, where it lies and its bytes. The answer is a status. Then come commands until END. RESET has no answer.
 * INFER and RUN_LAYERS are followed by the values of all inputs; the answer are the bytes of the outputs after an
 * inference, or those of each layer's outputs, run one by one; before those of a layer in which operators take
 * turns, the digest of what each of them wrote. All words are uint32. See engines.py. */
#include <stddef.h>

#include "models.h" /* rendered: the compiled models, or the interpreter's operators; and the sizes of buffers */
#include "tm_model.h"

#ifdef ON_HOST
#include <stdio.h>
#include <stdlib.h>

static void begin(void) {}

static void get(uint8_t *to, uint32_t size) {
  if (size != 0 && fread(to, 1, size, stdin) != size) exit(0); /* the other end has closed */
}

static void put(const uint8_t *from, uint32_t size) { fwrite(from, 1, size, stdout); }

static void flush(void) { fflush(stdout); }
#else
#include "tm_port.h"

static void begin(void) { tm_port_init(); }

static void get(uint8_t *to, uint32_t size) {
  for (uint32_t i = 0; i < size;) {
    const int32_t byte = tm_port_read();
    if (byte >= 0) to[i++] = (uint8_t)byte;
  }
}

static void put(const uint8_t *from, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) tm_port_write(from[i]);
}

static void flush(void) {}

void tm_fault(const tm_fault_state *state) {
  (void)state;
  tm_port_halt(); /* the host waits in vain, and says which model it was */
}
#endif

static uint32_t get_word(void) {
  uint32_t word;
  get((uint8_t *)&word, sizeof(word));
  return word;
}

static void put_word(uint32_t word) { put((const uint8_t *)&word, sizeof(word)); }

/* Outputs of layers that the model does not tell: of each layer those behind the first. */
static struct {
  uint32_t layer;
  uint32_t place; /* its offset in the arena; for the interpreter the tensor's index */
  uint32_t size;  /* bytes */
} further[MOST_FURTHER];
static uint32_t further_count;

static void get_further(void) {
  further_count = get_word(); /* the host knows MOST_FURTHER */
  get((uint8_t *)further, further_count * (uint32_t)sizeof(further[0]));
}

#ifdef INTERPRETED
#include "tm_state.h"

#ifdef ON_HOST
/* Allocated with the file's size, so that the sanitizers see a byte outside of it. */
static uint8_t *get_file(uint32_t size) {
  static uint8_t *file;
  free(file);
  file = malloc(size);
  get(file, size);
  return file;
}
#else
static uint8_t *get_file(uint32_t size) {
  static uint8_t file[FILE_BYTES] __attribute__((aligned(16)));
  get(file, size); /* the host knows FILE_BYTES */
  return file;
}
#endif

static TM_ARENA uint8_t arena[ARENA_BYTES];
static tm_interpreter interpreter;

static void run(uint32_t first, uint32_t end) { tm_interpreter_run(&interpreter, first, end); }

static void reset(void) { tm_state_reset(&interpreter); }

static const tm_model *get_model(void) {
  static tm_model model;
  const uint32_t size = get_word();
  const uint8_t *const file = get_file(size);
  get_further();
  model = (tm_model){.run = run, .reset = reset, .arena = arena, .arena_size = sizeof(arena)};
  tm_interpreter_load(&interpreter, all_operators, no_specials, file, size, &model);
  put_word((uint32_t)model.status.error);
  return &model;
}

static const uint8_t *find(const tm_model *model, uint32_t place) {
  (void)model;
  tm_tensor tensor;
  return tm_place_read(&interpreter, (int32_t)place, &tensor) ? tensor.data : NULL;
}
#else
static const tm_model *get_model(void) {
  const tm_model *const model = models[get_word()];
  get_further();
  put_word((uint32_t)model->status.error);
  return model;
}

static const uint8_t *find(const tm_model *model, uint32_t place) { return model->arena + place; }
#endif

static void get_inputs(const tm_model *model) {
  for (uint32_t i = 0; i < model->input_count; i++) get(model->inputs[i].data, model->inputs[i].size);
}

static void infer(const tm_model *model) {
  get_inputs(model);
  model->run(0, model->layer_count);
  for (uint32_t i = 0; i < model->output_count; i++) put(model->outputs[i].data, model->outputs[i].size);
}

static struct {
  uint32_t count;
  uint32_t digests[MOST_PARTS];
} written; /* by the operators that take turns in a layer */

/* CRC-32, bit by bit. */
static uint32_t digest(uint32_t crc, const uint8_t *bytes, uint32_t size) {
  crc = ~crc;
  for (uint32_t i = 0; i < size * 8; i++) {
    if (i % 8 == 0) crc ^= bytes[i / 8];
    crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

static void wrote(uint32_t part, const uint8_t *row, uint32_t size) {
  while (written.count <= part) written.digests[written.count++] = 0; /* the host knows MOST_PARTS */
  written.digests[part] = digest(written.digests[part], row, size);
}

static void run_layer(const tm_model *model, uint32_t layer) {
  written.count = 0;
  if (model->trace != NULL) {
    model->trace(layer, wrote);
  } else {
    model->run(layer, layer + 1);
  }
  put((const uint8_t *)written.digests, written.count * (uint32_t)sizeof(written.digests[0]));
}

static void run_layers(const tm_model *model) {
  get_inputs(model);
  for (uint32_t i = 0; i < model->layer_count; i++) {
    run_layer(model, i);
    put(model->layer_outputs[i].data, model->layer_outputs[i].size);
    for (uint32_t k = 0; k < further_count; k++) {
      if (further[k].layer == i) put(find(model, further[k].place), further[k].size);
    }
  }
}

enum { END, RESET, INFER, RUN_LAYERS };

static void serve(const tm_model *model) {
  for (uint32_t command = get_word(); command != END; command = get_word()) {
    if (command == RESET && model->reset != NULL) model->reset();
    if (command == INFER) infer(model);
    if (command == RUN_LAYERS) run_layers(model);
    flush();
  }
}

int main(void) {
  begin();
  for (;;) {
    const tm_model *const model = get_model();
    flush();
    if (model->status.error == TM_OK) serve(model);
  }
}
