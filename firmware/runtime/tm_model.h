/* A model as the runtime sees it, whichever engine runs it, and the memory sections that generated code places its
 * arrays in. */
#ifndef TM_MODEL_H
#define TM_MODEL_H

#include <stdint.h>

/* The sections let an ELF file tell how large each part of an image is. The linker script places them; the arena
 * and the link's buffers are not initialized at start. */
#define TM_CONSTANT __attribute__((section(".tm_constants"))) /* weights, biases, requantization tables */
#define TM_ARENA __attribute__((section(".tm_arena"), aligned(16)))
#ifndef TM_LINK /* a sanitizer's build has none: what has a section of its own is not guarded */
#define TM_LINK __attribute__((section(".tm_link"), aligned(4)))
#endif

/* A reset does not change what is here, nor does the start after it. */
#ifndef TM_RETAINED
#define TM_RETAINED __attribute__((section(".tm_retained"), aligned(4)))
#endif

/* Bytes that generated code leaves free before and after the arena. The runtime paints them at start and tells
 * the host when a write outside the arena has changed them. */
#define TM_ARENA_GUARD_BYTES 16u

typedef struct {
  uint8_t *data;
  uint32_t size; /* bytes */
} tm_buffer;

/* Is told of each row that an operator writes, right after it; `part` counts the operators that take turns. */
typedef void (*tm_wrote)(uint32_t part, const uint8_t *row, uint32_t size);

/* Why a model cannot be run. */
enum {
  TM_OK = 0,
  TM_ERROR_MALFORMED = 1,  /* an offset of the file leads out of it */
  TM_ERROR_IDENTIFIER = 2, /* not a TensorFlow Lite model */
  TM_ERROR_VERSION = 3,    /* detail: the schema's version */
  TM_ERROR_SUBGRAPHS = 4,  /* detail: how many; one is supported */
  TM_ERROR_TENSOR = 5,     /* tensor `index`: its type, shape, quantization or values are impossible */
  TM_ERROR_GRAPH = 6,      /* operator `index` reads or writes tensors that it cannot; past the last: outputs */
  TM_ERROR_OPERATOR = 7,   /* operator `index` has the code `detail`, for which the firmware has no kernel */
  TM_ERROR_FORM = 8,       /* operator `index` is used in a form that is not supported */
  TM_ERROR_PLAN = 9,       /* the plan in the file gives operator `index` no room, or room over what it reads */
  TM_ERROR_ARENA = 10,     /* the arena is too small */
};

typedef struct {
  int32_t error; /* TM_OK or a TM_ERROR */
  uint32_t index;
  uint32_t detail;
} tm_status;

typedef struct {
  const char *name;
  const uint8_t *sha256; /* 32 bytes: the hash of model.tflite */
  uint32_t layer_count;
  void (*run)(uint32_t first, uint32_t end); /* layers first to end - 1; all of them, in order, are an inference */
  void (*trace)(uint32_t layer, tm_wrote wrote); /* runs one layer; NULL where in none operators take turns */
  volatile uint32_t *layer; /* run() says here which layer is running, for the report of a fault */
  void (*reset)(void);      /* sets the state that inferences keep to its first values; NULL where there is none */
  const tm_buffer *layer_outputs; /* layer_count buffers, each valid right after its layer has run */
  uint32_t input_count;
  const tm_buffer *inputs; /* an inference reads them, and may overwrite them */
  uint32_t output_count;
  const tm_buffer *outputs; /* valid after an inference */
  uint8_t *arena;           /* TM_ARENA_GUARD_BYTES lie before its first byte and after its last */
  uint32_t arena_size;      /* bytes, without the guards */
  tm_status status;         /* where it is not TM_OK, there is nothing to run, and no layer, input or output */
} tm_model;

#endif
