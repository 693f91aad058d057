/* A model of three layers that is small enough to foretell, and that misbehaves when its input asks for it. */
#include "tm_model.h"
#include "tm_port.h"

#define INPUT_BYTES 1000
#define SECOND_INPUT_BYTES 4
#define OUTPUT_BYTES 600
#define TRACED_PARTS 150 /* of its last layer; more than an answer can tell */
#define ARENA_BYTES (INPUT_BYTES + SECOND_INPUT_BYTES + OUTPUT_BYTES)

#define BREAK_GUARD_BEFORE 1
#define BREAK_GUARD_AFTER 2
#define FAULT 3
#define OVERFLOW_STACK 4
#define READ_NOWHERE 5
#define UNDEFINED 6
#define UNALIGNED 7
#define NOT_CODE 8
#define HANG 9

#define NOWHERE 0xE8000000u

extern const tm_model test_model;

static TM_ARENA uint8_t memory[TM_ARENA_GUARD_BYTES + ARENA_BYTES + TM_ARENA_GUARD_BYTES];
static uint8_t *const arena = memory + TM_ARENA_GUARD_BYTES;
static uint8_t *const input = memory + TM_ARENA_GUARD_BYTES;
static uint8_t *const second = memory + TM_ARENA_GUARD_BYTES + INPUT_BYTES;
static uint8_t *const output = memory + TM_ARENA_GUARD_BYTES + INPUT_BYTES + SECOND_INPUT_BYTES;

static uint32_t recurse(uint32_t depth) {
  volatile uint32_t frame[16] = {depth};
  return depth == 0 ? frame[0] : recurse(depth - 1u) + frame[0];
}

#if defined(__thumb__)
#define UNDEFINED_INSTRUCTION() __asm volatile("udf #0")
#elif defined(__riscv)
#define UNDEFINED_INSTRUCTION() __asm volatile("unimp")
#else
#define UNDEFINED_INSTRUCTION() __builtin_trap()
#endif

static uint32_t *volatile unaligned = (uint32_t *)(memory + 1);

static void misbehave(void) {
  switch (second[0]) {
    case BREAK_GUARD_BEFORE:
      arena[-1] = 1;
      break;
    case BREAK_GUARD_AFTER:
      arena[ARENA_BYTES] = 1;
      break;
    case FAULT:
      tm_fault(&(tm_fault_state){
          .cause = 1u << 12, .address = 0x9ABCu, .registers = {[TM_FAULT_PC] = 0x1234u, [TM_FAULT_LR] = 0x5678u}});
      break;
    case OVERFLOW_STACK:
      second[1] = (uint8_t)recurse(1000);
      break;
    case READ_NOWHERE:
      second[1] = *(volatile uint8_t *)(uintptr_t)NOWHERE;
      break;
    case UNDEFINED:
      UNDEFINED_INSTRUCTION();
      break;
    case UNALIGNED:
      *unaligned = 1;
      break;
    case NOT_CODE:
      ((void (*)(void))(uintptr_t)NOWHERE)();
      break;
    case HANG:
      for (volatile uint32_t i = 0;; i++) {
      }
    default:
      break;
  }
}

static void negate(void) {
  for (uint32_t i = 0; i < INPUT_BYTES; i++) {
    input[i] = (uint8_t)~input[i];
  }
}

static void add(void) {
  misbehave();
  for (uint32_t i = 0; i < INPUT_BYTES; i++) {
    input[i] = (uint8_t)(input[i] + second[1]);
  }
}

/* The model's state, by which an output is wrong that is not computed from its beginning. */
static uint8_t copies = 0;

static void reset(void) { copies = 0; }

static void copy(void) {
  for (uint32_t i = 0; i < OUTPUT_BYTES; i++) {
    output[i] = (uint8_t)(input[i] + copies);
  }
  copies++;
}

static void (*const layers[])(void) = {negate, add, copy};

static volatile uint32_t layer;

static void run(uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end; i++) {
    layer = i;
    layers[i]();
  }
}

/* The last layer, as if its first and its last part wrote in turn: the output's halves, and between them all of
 * it. */
static void trace(uint32_t index, tm_wrote wrote) {
  run(index, index + 1);
  if (index == 2) {
    wrote(0, output, OUTPUT_BYTES / 2);
    wrote(TRACED_PARTS - 1, output, OUTPUT_BYTES);
    wrote(0, output + OUTPUT_BYTES / 2, OUTPUT_BYTES - OUTPUT_BYTES / 2);
  }
}

static const uint8_t sha256[32] = {1, 2, 3, [31] = 32};

#define AT(offset) (memory + TM_ARENA_GUARD_BYTES + (offset))
static const tm_buffer inputs[] = {{AT(0), INPUT_BYTES}, {AT(INPUT_BYTES), SECOND_INPUT_BYTES}};
static const tm_buffer outputs[] = {{AT(INPUT_BYTES + SECOND_INPUT_BYTES), OUTPUT_BYTES}};
static const tm_buffer layer_outputs[] = {
    {AT(0), INPUT_BYTES}, {AT(0), INPUT_BYTES}, {AT(INPUT_BYTES + SECOND_INPUT_BYTES), OUTPUT_BYTES}};

const tm_model test_model = {
    .name = "test",
    .sha256 = sha256,
    .layer_count = 3,
    .run = run,
    .trace = trace,
    .layer = &layer,
    .reset = reset,
    .layer_outputs = layer_outputs,
    .input_count = 2,
    .inputs = inputs,
    .output_count = 1,
    .outputs = outputs,
    .arena = AT(0),
    .arena_size = ARENA_BYTES,
};
