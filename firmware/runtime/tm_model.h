/* A compiled model as the runtime sees it, and the memory sections that generated code places its arrays in. */
#ifndef TM_MODEL_H
#define TM_MODEL_H

#include <stdint.h>

/* The sections let an ELF file tell how large each part of an image is. The linker script places them; the arena
 * and the link's buffers are not initialized at start. */
#define TM_CONSTANT __attribute__((section(".tm_constants"))) /* weights, biases, requantization tables */
#define TM_ARENA __attribute__((section(".tm_arena"), aligned(16)))
#define TM_LINK __attribute__((section(".tm_link"), aligned(4)))

/* Bytes that generated code leaves free before and after the arena. The runtime paints them at start and tells
 * the host when a write outside the arena has changed them. */
#define TM_ARENA_GUARD_BYTES 16u

typedef struct {
  uint8_t *data;
  uint32_t size; /* bytes */
} tm_buffer;

typedef struct {
  const char *name;
  const uint8_t *sha256; /* 32 bytes: the hash of model.tflite */
  uint32_t layer_count;
  void (*const *layers)(void);    /* layer_count functions; run in order they are an inference */
  const tm_buffer *layer_outputs; /* layer_count buffers, each valid right after its layer has run */
  uint32_t input_count;
  const tm_buffer *inputs; /* an inference may overwrite them */
  uint32_t output_count;
  const tm_buffer *outputs; /* valid after an inference */
  uint8_t *arena;           /* TM_ARENA_GUARD_BYTES lie before its first byte and after its last */
  uint32_t arena_size;      /* bytes, without the guards */
  void (*invoke)(void);     /* an inference: reads the inputs, writes the outputs */
} tm_model;

#endif
