/* Feeds the device's half of the link what libFuzzer thinks of: a stream of bytes, or frames that pass the check.
 *
 * After its first byte an input is a raw stream, or choices by which frames are made: most are requests that
 * follow each other, with fields at the edges of what is allowed. Every buffer of the model is a variable of its
 * own, so that the sanitizer notices one byte outside of it. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tm_device.h"
#include "tm_frame.h"
#include "tm_port.h"
#include "tm_protocol.h"
#include "tm_slots.h"
#include "tm_swap.h"

#define INPUT_BYTES 1000
#define OUTPUT_BYTES 600
#define ARENA_BYTES 64
#define LAYERS 2
#define MOST_FRAMES 40u
#define OUTPUTS_BEFORE_FAULT 251 /* an input that begins with this makes the model report a fault */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

uint32_t __tm_stack_bottom[64];
__asm(".globl __tm_stack_top\n.set __tm_stack_top, __tm_stack_bottom + 256");

const uint8_t __tm_code_start[1];
__asm(".globl __tm_code_end\n.set __tm_code_end, __tm_code_start");

/* The sanitizer guards the end of what is spare: the queues have all of it. */
#define SPARE_BYTES 1024
uint8_t __tm_spare_start[SPARE_BYTES];
__asm(".globl __tm_spare_end\n.set __tm_spare_end, __tm_spare_start + 1024");

static uint8_t arena[TM_ARENA_GUARD_BYTES + ARENA_BYTES + TM_ARENA_GUARD_BYTES];
static uint8_t input[INPUT_BYTES], second[3], output[OUTPUT_BYTES], empty[1];

static volatile uint32_t layer;

static void run(uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end; i++) {
    if (input[0] == OUTPUTS_BEFORE_FAULT) {
      tm_fault(&(tm_fault_state){.cause = 1});
    }
    memcpy(output, input + i, OUTPUT_BYTES);
    output[0] = (uint8_t)(output[0] + second[2]);
  }
}

static void trace(uint32_t index, tm_wrote wrote) {
  run(index, index + 1);
  /* As many operators and as few as can be told, and one past those that an answer holds. */
  for (uint32_t part = 0; part <= input[1]; part++) {
    wrote(part, output, OUTPUT_BYTES);
  }
}

static const uint8_t sha256[32];
static const tm_buffer inputs[] = {{input, INPUT_BYTES}, {empty, 0}, {second, sizeof(second)}};
static const tm_buffer outputs[] = {{output, OUTPUT_BYTES}, {empty, 0}};
static const tm_buffer layer_outputs[LAYERS] = {{output, OUTPUT_BYTES}, {second, sizeof(second)}};
static tm_model model = {
    .name = "fuzzed",
    .sha256 = sha256,
    .layer_count = LAYERS,
    .layer = &layer,
    .run = run,
    .trace = trace,
    .layer_outputs = layer_outputs,
    .input_count = 3,
    .inputs = inputs,
    .output_count = 2,
    .outputs = outputs,
    .arena = arena + TM_ARENA_GUARD_BYTES,
    .arena_size = ARENA_BYTES,
};

/* Two slots, in RAM, one behind the other; the sanitizer guards both ends. */
uint32_t fuzzed_slots[2u * TM_SLOT_BYTES / 4u];

static bool load(void) {
  model.status.error = TM_OK;
  return true;
}

/* All bytes are read, and one model in three is refused. */
static bool load_from(const uint8_t *data, uint32_t bytes) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < bytes; i++) {
    sum += data[i];
  }
  model.status.error = sum % 3u == 1 ? TM_ERROR_VERSION : TM_OK;
  return model.status.error == TM_OK;
}

static void begin_swaps(void) {
  static const uint8_t nothing[TM_SHA256_BYTES];
  (void)tm_slots_announce(NULL, 1, nothing); /* what an input before has announced is forgotten */
  memset(fuzzed_slots, 0, sizeof(fuzzed_slots));
  tm_swap_start(&model, load, load_from);
}

static jmp_buf ended;
static uint8_t *stream; /* what the host sends */
static size_t stream_size, stream_at;
static uint64_t frames, zeros, inputs_tried;

void tm_port_init(void) {}
uint32_t tm_port_clock_hz(void) { return 1; }
void tm_port_write(uint8_t byte) { zeros += byte == 0; }
uint32_t tm_port_ticks(void) {
  static uint32_t ticks;
  return ticks++;
}
bool tm_port_interrupt(uint32_t hertz, void (*serve)(void)) { return hertz != 1 && serve != NULL; }
void tm_port_reset(void) { longjmp(ended, 1); }
void tm_port_halt(void) { abort(); }

int32_t tm_port_read(void) {
  if (stream_at == stream_size) {
    longjmp(ended, 1);
  }
  return stream[stream_at++];
}

static void told(void) {
  const uint64_t answers = zeros / 2; /* each stands between two */
  printf("%llu inputs, %llu frames past the check\n", (unsigned long long)inputs_tried,
         (unsigned long long)(answers < frames ? answers : frames));
}

/* Appends a frame with its CRC to the stream, by the firmware's own encoder's rule. */
static void append(const uint8_t *frame, size_t size) {
  stream[stream_size++] = 0;
  for (size_t at = 0; at <= size;) {
    size_t length = 0;
    while (length < 254u && at + length < size && frame[at + length] != 0) {
      length++;
    }
    stream[stream_size++] = (uint8_t)(length + 1u);
    memcpy(stream + stream_size, frame + at, length);
    stream_size += length;
    at += length < 254u ? length + 1u : length;
  }
  stream[stream_size++] = 0;
}

/* The input's choices; when they are used up, all that follow are 0. */
static const uint8_t *choices;
static size_t choices_left;

static uint8_t choose(void) {
  if (choices_left == 0) {
    return 0;
  }
  choices_left--;
  return *choices++;
}

#define EDGE(n) (n) - 1u, (n), (n) + 1u

/* A number of which much depends, or any. */
static uint32_t choose_number(void) {
  static const uint32_t edges[] = {
      EDGE(1u),
      EDGE(4u),
      EDGE(INPUT_BYTES),
      EDGE(OUTPUT_BYTES),
      EDGE(TM_FRAME_BYTES - 20u),
      TM_FRAME_BYTES - 12u,
      0xFFFFFFFFu,
      0x80000000u,
      EDGE(TM_FRAME_BYTES - 4u),
      EDGE(TM_FRAME_BYTES - 16u),
      300u,
  };
  const uint8_t choice = choose();
  if (choice < 96) {
    return choice % 3u; /* an index or an offset that often exists */
  }
  if (choice < 240) {
    return edges[choice % (sizeof(edges) / sizeof(edges[0]))];
  }
  uint32_t number = choose();
  for (uint32_t i = 240; i < choice && i < 243; i++) {
    number = number << 8 | choose();
  }
  return number;
}

static uint8_t choose_message(void) {
  static const uint8_t known[] = {
#define KNOWN(NAME, name, request_bytes, most_rest, response_bytes) TM_MESSAGE_##NAME,
      TM_REQUESTS(KNOWN) TM_SWAP_REQUESTS(KNOWN)
#undef KNOWN
  };
  const uint8_t choice = choose();
  if (choice < 208) {
    return known[choice % sizeof(known)];
  }
  return choice < 255 ? TM_MESSAGE_HELLO : choose();
}

/* Returns the bytes of a request before its data. */
static size_t fixed_bytes(uint8_t message) {
  switch (message) {
#define FIXED(NAME, name, request_bytes, most_rest, response_bytes) \
  case TM_MESSAGE_##NAME:                                           \
    return request_bytes;
    TM_REQUESTS(FIXED)
    TM_SWAP_REQUESTS(FIXED)
#undef FIXED
    default:
      return 0;
  }
}

/* Most requests follow the one before; some are a repetition or come from elsewhere. */
static void choose_sequence(uint16_t *sequence) {
  const uint8_t choice = choose();
  if (choice < 224) {
    *sequence = (uint16_t)(*sequence + 1u);
  } else if (choice >= 240) {
    *sequence = (uint16_t)(choice * 257u);
  }
}

/* Makes the body of a request to announce or to write a model whose hash is right, which would not be guessed;
 * returns its bytes, 0 for other messages. */
static size_t choose_model(uint8_t message, uint8_t *body) {
  uint8_t bytes[TM_SLOT_MODEL_BYTES];
  static const uint8_t lengths[] = {1, 4, 6, sizeof(bytes)}; /* few, so that what is written was announced */
  if (message != TM_MESSAGE_SLOT_BEGIN && message != TM_MESSAGE_SLOT_WRITE) {
    return 0;
  }
  const uint32_t length = lengths[choose() % sizeof(lengths)];
  memset(bytes, (uint8_t)length, length);
  memcpy(body, &length, sizeof(length));
  if (message == TM_MESSAGE_SLOT_BEGIN) {
    tm_sha256(bytes, length, body + sizeof(length));
    return sizeof(length) + TM_SHA256_BYTES;
  }
  memcpy(body + sizeof(length), bytes, length);
  return sizeof(length) + length;
}

/* Appends the next frame that the choices make. */
static void append_chosen(uint16_t *sequence) {
  uint8_t frame[3 * TM_FRAME_BYTES];
  choose_sequence(sequence);
  memcpy(frame, sequence, 2);
  frame[2] = choose_message();
  frame[3] = choose() == 255 ? 0 : TM_STATUS_REQUEST;
  const uint8_t form = choose();
  const size_t made = form < 128 ? choose_model(frame[2], frame + 4) : 0;
  const size_t words = made != 0 ? 0 : form < 240 ? fixed_bytes(frame[2]) / 4u : form % 5u;
  size_t size = 4u + made;
  for (size_t i = 0; i < words; i++) {
    uint32_t word = choose_number();
    if (frame[2] == TM_MESSAGE_HELLO && form < 224) {
      word = TM_PROTOCOL_HASH; /* it would not be guessed */
    } else if (frame[2] == TM_MESSAGE_CALIBRATE && word <= TM_CALIBRATE_ITERATIONS) {
      word &= 0xFFu; /* a loop that ends soon */
    }
    memcpy(frame + size, &word, sizeof(word));
    size += sizeof(word);
  }
  if (form % 2u != 0) {
    const size_t rest = choose_number() % (2u * TM_FRAME_BYTES);
    memset(frame + size, choose(), rest);
    size += rest;
  }
  const uint32_t crc = tm_crc32(0, frame, (uint32_t)size);
  memcpy(frame + size, &crc, sizeof(crc));
  size += sizeof(crc);
  append(frame, size);
  frames += size <= TM_FRAME_BYTES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (inputs_tried++ == 0) {
    atexit(told);
  }
  if (size == 0) {
    return 0;
  }
  stream = malloc(size + MOST_FRAMES * 4u * TM_FRAME_BYTES);
  stream_size = 0;
  stream_at = 0;
  memset(input, 0, sizeof(input));
  if (data[0] == 0) {
    memcpy(stream, data + 1, size - 1);
    stream_size = size - 1;
  } else {
    uint16_t sequence = 0;
    choices = data + 1;
    choices_left = size - 1;
    if (data[0] > 8) { /* a session, which choices alone seldom begin */
      static const uint32_t hash = TM_PROTOCOL_HASH;
      uint8_t hello[12] = {0, 0, TM_MESSAGE_HELLO, TM_STATUS_REQUEST};
      memcpy(hello + 4, &hash, sizeof(hash));
      const uint32_t crc = tm_crc32(0, hello, 8);
      memcpy(hello + 8, &crc, sizeof(crc));
      append(hello, sizeof(hello));
    }
    for (uint32_t i = 0; i < MOST_FRAMES && choices_left != 0; i++) {
      append_chosen(&sequence);
    }
  }
  /* Whatever a run left, the next begins the same way: a reset of the device. */
  begin_swaps();
  if (setjmp(ended) == 0) {
    tm_device_serve(&model);
  }
  free(stream);
  return 0;
}
