#include "tm_device.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "tm_build.h"
#include "tm_count.h"
#include "tm_crash.h"
#include "tm_frame.h"
#include "tm_line.h"
#include "tm_port.h"
#include "tm_protocol.h"
#include "tm_stack.h"

#define TM_GUARD_PAINT 0xA5u
#define TM_NO_LAYER 0xFFFFFFFFu
#define TM_BITS_A_BYTE 10u /* on the line */
#define TM_NO_SEQUENCE 0u  /* of what comes unasked */

typedef struct {
  const tm_model *model;
  tm_decoder decoder;
  uint32_t next_layer;  /* the layer that may run next; the one before it has its output in memory */
  uint32_t answer_size; /* bytes of the last answer, header included; 0 while there is no session */
  uint32_t request_crc; /* of the request that it answered */
  uint32_t stack_bytes; /* the most that was used before the stack was painted last */
  uint32_t watch_ms;    /* how long a run may take; 0: as long as it likes */
  uint32_t fed_input;   /* of a stream: the input that is being filled, */
  uint32_t fed_bytes;   /* how many bytes it has, */
  uint32_t sent_bytes;  /* and how many bytes of outputs went before those in the answer */
  uint16_t first;       /* the sequence number of the session's hello */
  uint16_t last;        /* the sequence number of the last request that was carried out */
  uint16_t lost_bytes;  /* how many bytes came since the last frame */
  bool baud_due;        /* whether another rate begins when the answer is sent */
  bool reset_due;
} tm_device;

/* All that the link costs in RAM, but for the state of tm_line.c. */
static TM_LINK tm_device device;
static TM_LINK tm_request request;
static TM_LINK tm_response response;

static bool serving; /* set to false by a start, as nothing above is */

static void paint_guards(const tm_model *model) {
  memset(model->arena - TM_ARENA_GUARD_BYTES, TM_GUARD_PAINT, TM_ARENA_GUARD_BYTES);
  memset(model->arena + model->arena_size, TM_GUARD_PAINT, TM_ARENA_GUARD_BYTES);
}

static TM_SMALL bool is_intact(const uint8_t *guard) {
  uint8_t changed = 0;
  for (uint32_t i = 0; i < TM_ARENA_GUARD_BYTES; i++) {
    changed |= (uint8_t)(guard[i] ^ TM_GUARD_PAINT);
  }
  return changed == 0;
}

static bool guard_before_is_intact(void) { return is_intact(device.model->arena - TM_ARENA_GUARD_BYTES); }

static bool guard_after_is_intact(void) { return is_intact(device.model->arena + device.model->arena_size); }

static TM_SMALL uint8_t guard_status(void) {
  return guard_before_is_intact() && guard_after_is_intact() ? TM_STATUS_OK : TM_STATUS_GUARD_OVERWRITTEN;
}

/* Copies up to `length` bytes of a buffer. Sets the bytes copied; returns a status. */
static TM_SMALL uint8_t read_buffer(const tm_buffer *buffer, uint32_t offset, uint32_t length, uint8_t *data,
                                    uint32_t *copied) {
  if (offset > buffer->size) {
    return TM_STATUS_BAD_RANGE;
  }
  const uint32_t left = buffer->size - offset;
  *copied = length < left ? length : left;
  memcpy(data, buffer->data + offset, *copied);
  return TM_STATUS_OK;
}

/* The functions that answer: on_NAME for each message. Each takes `rest`, the bytes of the request after its
 * fixed part, writes the response's fixed part, sets `rest` to the bytes of the response after that, and returns
 * a status. A response with a status other than ok has no body. */

static TM_SMALL uint8_t on_hello(uint32_t *rest) {
  tm_device_greeted();
  const tm_model *model = device.model;
  tm_hello_response *hello = &response.part.body.hello;
  static const uint8_t version[sizeof(hello->firmware_version)] = TM_FIRMWARE_VERSION;
  hello->protocol_hash = TM_PROTOCOL_HASH;
  hello->build_id = TM_BUILD_ID;
  hello->layer_count = model->layer_count;
  hello->input_count = model->input_count;
  hello->output_count = model->output_count;
  hello->arena_bytes = model->arena_size;
  hello->clock_hz = tm_port_clock_hz();
  hello->crashed = tm_crash_kept() != NULL;
  hello->model_error = (uint32_t)model->status.error;
  hello->model_error_index = model->status.index;
  hello->model_error_detail = model->status.detail;
  memcpy(hello->model_sha256, model->sha256, sizeof(hello->model_sha256));
  memcpy(hello->firmware_version, version, sizeof(version));
  *rest = 0;
  return request.part.body.hello.protocol_hash == TM_PROTOCOL_HASH ? TM_STATUS_OK : TM_STATUS_WRONG_PROTOCOL;
}

static TM_SMALL uint8_t on_calibrate(uint32_t *rest) {
  const uint32_t iterations = request.part.body.calibrate.iterations;
  if (iterations > TM_CALIBRATE_ITERATIONS) {
    return TM_STATUS_BAD_RANGE;
  }
  const tm_count count = tm_count_loop(iterations);
  response.part.body.calibrate.start = count.start;
  response.part.body.calibrate.ticks = count.ticks;
  *rest = 0;
  return TM_STATUS_OK;
}

static TM_SMALL uint8_t on_set_input(uint32_t *rest) {
  const tm_set_input_request *set = &request.part.body.set_input;
  if (set->index >= device.model->input_count) {
    return TM_STATUS_BAD_INDEX;
  }
  const tm_buffer *input = &device.model->inputs[set->index];
  if (set->offset > input->size || *rest > input->size - set->offset) {
    return TM_STATUS_BAD_RANGE;
  }
  memcpy(input->data + set->offset, set->data, *rest);
  response.part.body.set_input.size = input->size;
  *rest = 0;
  return TM_STATUS_OK;
}

/* A sample begins: what it gives must not depend on those that ran before it. */
static void begin_sample(void) {
  if (device.model->reset != NULL) {
    device.model->reset();
  }
}

/* The most stack that was ever used: painting it anew for each run forgets the runs before. */
static uint32_t most_stack_bytes(void) {
  const uint32_t now = tm_stack_bytes();
  if (now > device.stack_bytes) {
    device.stack_bytes = now;
  }
  return device.stack_bytes;
}

static void begin_run(void) { (void)tm_port_watchdog(device.watch_ms); }

static void end_run(void) {
  (void)tm_port_watchdog(0);
  *device.model->layer = TM_NO_LAYER;
}

/* Counts layers `first` to `end` - 1, and tells the stack that was used then; what the watchdog and the paint take
 * is not counted. */
static TM_SMALL tm_count count_layers(uint32_t first, uint32_t end, uint32_t *stack_bytes) {
  (void)most_stack_bytes();
  tm_stack_paint();
  begin_run();
  const tm_count count = tm_count_call(device.model->run, first, end);
  end_run();
  *stack_bytes = tm_stack_bytes();
  return count;
}

static TM_SMALL uint8_t on_invoke(uint32_t *rest) {
  if (device.model->status.error != TM_OK) {
    return TM_STATUS_NO_MODEL;
  }
  begin_sample();
  device.next_layer = 0; /* its output is not the last layer's any more */
  tm_invoke_response *ran = &response.part.body.invoke;
  const tm_count count = count_layers(0, device.model->layer_count, &ran->stack_bytes);
  ran->start = count.start;
  ran->ticks = count.ticks;
  *rest = 0;
  return guard_status();
}

static TM_SMALL uint8_t on_get_output(uint32_t *rest) {
  const tm_get_output_request *get = &request.part.body.get_output;
  tm_get_output_response *got = &response.part.body.get_output;
  if (get->index >= device.model->output_count) {
    return TM_STATUS_BAD_INDEX;
  }
  if (get->length > sizeof(got->data)) {
    return TM_STATUS_BAD_RANGE;
  }
  const tm_buffer *output = &device.model->outputs[get->index];
  got->size = output->size;
  return read_buffer(output, get->offset, get->length, got->data, rest);
}

/* Returns whether a layer may run now, as a status. */
static TM_SMALL uint8_t begin_layer(uint32_t index) {
  if (index >= device.model->layer_count) {
    return TM_STATUS_BAD_INDEX;
  }
  if (index != 0 && index != device.next_layer) {
    return TM_STATUS_BAD_ORDER;
  }
  if (index == 0) {
    begin_sample();
  }
  device.next_layer = index + 1u;
  return TM_STATUS_OK;
}

static TM_SMALL uint8_t on_run_layer(uint32_t *rest) {
  const uint32_t index = request.part.body.run_layer.index;
  tm_run_layer_response *ran = &response.part.body.run_layer;
  const uint8_t status = begin_layer(index);
  if (status != TM_STATUS_OK) {
    return status;
  }
  const tm_count count = count_layers(index, index + 1u, &ran->stack_bytes);
  const tm_buffer *output = &device.model->layer_outputs[index];
  ran->start = count.start;
  ran->ticks = count.ticks;
  ran->digest = tm_crc32(0, output->data, output->size);
  ran->size = output->size;
  *rest = 0;
  return guard_status();
}

/* Goes on with the digest of the operator that has written a row. */
static TM_SMALL void digest_row(uint32_t part, const uint8_t *row, uint32_t size) {
  tm_trace_layer_response *told = &response.part.body.trace_layer;
  if (part >= told->parts) {
    told->parts = part + 1u;
  }
  const uint32_t at = part - request.part.body.trace_layer.first; /* those before the first wrap */
  if (at < sizeof(told->data) / sizeof(uint32_t)) {
    uint32_t digest;
    memcpy(&digest, told->data + at * sizeof(digest), sizeof(digest));
    digest = tm_crc32(digest, row, size);
    memcpy(told->data + at * sizeof(digest), &digest, sizeof(digest));
  }
}

static TM_SMALL uint8_t on_trace_layer(uint32_t *rest) {
  const uint32_t index = request.part.body.trace_layer.index, first = request.part.body.trace_layer.first;
  tm_trace_layer_response *told = &response.part.body.trace_layer;
  if (device.model->trace == NULL) {
    return TM_STATUS_BAD_INDEX;
  }
  const uint8_t status = begin_layer(index);
  if (status != TM_STATUS_OK) {
    return status;
  }
  memset(told, 0, sizeof(*told));
  begin_run();
  device.model->trace(index, digest_row);
  end_run();
  const uint32_t most = (uint32_t)(sizeof(told->data) / sizeof(uint32_t));
  const uint32_t left = first < told->parts ? told->parts - first : 0;
  *rest = (left < most ? left : most) * (uint32_t)sizeof(uint32_t);
  return guard_status();
}

static TM_SMALL uint8_t on_get_layer_output(uint32_t *rest) {
  const tm_get_layer_output_request *get = &request.part.body.get_layer_output;
  tm_get_layer_output_response *got = &response.part.body.get_layer_output;
  if (get->index >= device.model->layer_count) {
    return TM_STATUS_BAD_INDEX;
  }
  if (get->index + 1u != device.next_layer) {
    return TM_STATUS_BAD_ORDER;
  }
  if (get->length > sizeof(got->data)) {
    return TM_STATUS_BAD_RANGE;
  }
  const tm_buffer *output = &device.model->layer_outputs[get->index];
  got->size = output->size;
  return read_buffer(output, get->offset, get->length, got->data, rest);
}

static TM_SMALL uint8_t on_memory(uint32_t *rest) {
  tm_memory_response *memory = &response.part.body.memory;
  memory->stack_size = (uint32_t)(__tm_stack_top - __tm_stack_bottom) * (uint32_t)sizeof(uint32_t);
  memory->stack_bytes = most_stack_bytes();
  memory->guard_before = guard_before_is_intact();
  memory->guard_after = guard_after_is_intact();
  *rest = 0;
  return TM_STATUS_OK;
}

static TM_SMALL uint8_t on_reset(uint32_t *rest) {
  device.reset_due = true;
  *rest = 0;
  return TM_STATUS_OK;
}

static TM_SMALL uint8_t on_stream(uint32_t *rest) {
  device.fed_input = 0;
  device.fed_bytes = 0;
  device.sent_bytes = 0;
  response.part.body.stream.queue_bytes = tm_line_queue(request.part.body.stream.hertz);
  *rest = 0;
  return TM_STATUS_OK;
}

/* Sends the part of an answer to feed that is in the buffer. */
static void send_more(uint32_t size) {
  response.part.header.status = TM_STATUS_MORE;
  tm_frame_send(response.bytes, (uint32_t)offsetof(tm_response, part.body.feed.data) + size);
  device.sent_bytes += size;
  response.part.body.feed.position = device.sent_bytes;
}

/* Appends an output to the answer, in which `*used` bytes are used. */
static void append_output(const tm_buffer *output, uint32_t *used) {
  tm_feed_response *fed = &response.part.body.feed;
  for (uint32_t at = 0; at < output->size;) {
    if (*used == sizeof(fed->data)) {
      send_more(*used);
      *used = 0;
    }
    uint32_t copied = 0;
    (void)read_buffer(output, at, (uint32_t)sizeof(fed->data) - *used, fed->data + *used, &copied);
    *used += copied;
    at += copied;
  }
}

/* Runs the sample that is whole, and appends its outputs to the answer. */
static uint8_t run_fed(uint32_t *used) {
  begin_sample();
  begin_run();
  device.model->run(0, device.model->layer_count);
  end_run();
  device.fed_input = 0;
  for (uint32_t i = 0; i < device.model->output_count; i++) {
    append_output(&device.model->outputs[i], used);
  }
  return guard_status();
}

static uint8_t on_feed(uint32_t *rest) {
  const tm_model *model = device.model;
  /* A sample is whole with the last byte of its last input, which therefore has one. */
  if (model->input_count == 0 || model->inputs[model->input_count - 1u].size == 0) {
    return TM_STATUS_NO_MODEL;
  }
  uint32_t used = 0;
  uint8_t status = TM_STATUS_OK;
  response.part.body.feed.position = device.sent_bytes;
  for (uint32_t at = 0; at < *rest && status == TM_STATUS_OK;) {
    const tm_buffer *input = &model->inputs[device.fed_input];
    const uint32_t room = input->size - device.fed_bytes;
    const uint32_t taken = room < *rest - at ? room : *rest - at;
    memcpy(input->data + device.fed_bytes, request.part.body.feed.data + at, taken);
    at += taken;
    device.fed_bytes += taken;
    if (device.fed_bytes == input->size) {
      device.fed_bytes = 0;
      device.fed_input++;
      if (device.fed_input == model->input_count) {
        status = run_fed(&used);
      }
    }
  }
  device.sent_bytes += used;
  *rest = used;
  return status;
}

static TM_SMALL uint8_t on_set_baud(uint32_t *rest) {
  const uint32_t baud = request.part.body.set_baud.baud;
  if (baud > tm_port_clock_hz() / TM_CYCLES_A_BYTE * TM_BITS_A_BYTE || !tm_port_baud(baud, false)) {
    return TM_STATUS_BAD_RANGE;
  }
  device.baud_due = true;
  *rest = 0;
  return TM_STATUS_OK;
}

static TM_SMALL uint8_t on_crash(uint32_t *rest) {
  const tm_fault_response *report = tm_crash_kept();
  *rest = 0;
  if (report != NULL) {
    *rest = sizeof(*report);
    memcpy(response.part.body.crash.report, report, sizeof(*report));
    tm_crash_forget(); /* a repetition of the request is answered from the buffer */
  }
  return TM_STATUS_OK;
}

static TM_SMALL uint8_t on_watch(uint32_t *rest) {
  const uint32_t milliseconds = request.part.body.watch.milliseconds;
  const bool can = tm_port_watchdog(milliseconds);
  (void)tm_port_watchdog(0);
  if (!can) {
    return TM_STATUS_BAD_RANGE;
  }
  device.watch_ms = milliseconds;
  *rest = 0;
  return TM_STATUS_OK;
}

/* The model may be another one afterwards, of which nothing has run. The size of the response's body goes through
 * `answer_size`, which is about to be set: a pointer to a variable of the caller would cost it 80 bytes of code.
 */
static __attribute__((noinline)) uint8_t swap_model(uint32_t size) {
  device.next_layer = 0;
  device.fed_input = 0;
  device.fed_bytes = 0;
  return tm_device_swap(&request, size, &response, &device.answer_size);
}

/* Carries out the request whose body has `size` bytes. Sets the size of the response's body; returns a status. */
static __attribute__((noinline)) TM_SMALL uint8_t carry_out(uint32_t size, uint32_t *response_size) {
  uint32_t rest;
  uint8_t status;
  switch (request.part.header.message) {
/* A body that is too short makes `rest` wrap, to more than may follow. */
#define TM_CASE(NAME, name, request_bytes, most_rest, response_bytes) \
  case TM_MESSAGE_##NAME:                                             \
    rest = size - (request_bytes);                                    \
    if (rest > (most_rest)) {                                         \
      return TM_STATUS_BAD_LENGTH;                                    \
    }                                                                 \
    status = on_##name(&rest);                                        \
    *response_size = (response_bytes) + rest;                         \
    return status;
    TM_REQUESTS(TM_CASE)
#undef TM_CASE
    default:
      status = swap_model(size);
      *response_size = device.answer_size;
      return status;
  }
}

/* Refuses a request outside the session. The last answer stays, for a repetition of the request that it is to. */
static TM_SMALL void refuse(const tm_header *asked) {
  union {
    tm_header header;
    uint8_t bytes[sizeof(tm_header) + TM_CRC_BYTES];
  } refusal = {.header = *asked};
  refusal.header.status = TM_STATUS_NO_SESSION;
  tm_frame_send(refusal.bytes, sizeof(tm_header));
}

/* Carries out the request of `size` bytes, sends the answer and keeps it. */
static TM_SMALL void respond(uint32_t size, uint32_t crc) {
  uint32_t body = 0;
  if (request.part.header.message != TM_MESSAGE_FEED) {
    tm_line_direct();
  }
  response.part.header = request.part.header;
  response.part.header.status = carry_out(size - (uint32_t)sizeof(tm_header), &body);
  if (response.part.header.status != TM_STATUS_OK) {
    body = 0;
  }
  device.answer_size = (uint32_t)sizeof(tm_header) + body;
  device.request_crc = crc;
  device.last = request.part.header.sequence;
  tm_frame_send(response.bytes, device.answer_size);
}

/* Answers the frame of `size` bytes in the request buffer. */
static TM_SMALL void answer(uint32_t size) {
  const tm_header *asked = &request.part.header;
  if (size < sizeof(tm_header) || asked->status != TM_STATUS_REQUEST) {
    return;
  }
  const bool in_session = device.answer_size != 0;
  const uint32_t crc = tm_crc32(0, request.bytes, size);
  if (in_session && crc == device.request_crc) {
    tm_frame_send(response.bytes, device.answer_size);
  } else if (asked->message == TM_MESSAGE_HELLO) {
    if (in_session && asked->sequence == device.first) {
      return; /* a late copy of the session's own */
    }
    respond(size, crc);
    device.first = device.last;
    if (response.part.header.status != TM_STATUS_OK) {
      device.answer_size = 0;
    }
  } else if (in_session && asked->sequence == (uint16_t)(device.last + 1u)) {
    respond(size, crc);
  } else {
    refuse(asked);
  }
}

void tm_device_serve(const tm_model *model) {
  device.model = model;
  device.next_layer = 0;
  device.stack_bytes = 0;
  device.watch_ms = 0;
  *model->layer = TM_NO_LAYER;
  device.answer_size = 0;
  device.lost_bytes = 0;
  device.baud_due = false;
  device.reset_due = false;
  request.part.header.message = 0;
  tm_decoder_init(&device.decoder, request.bytes, sizeof(request.bytes));
  serving = true;
  tm_port_init();
  paint_guards(model);
  for (;;) {
    const int32_t byte = tm_line_read();
    if (byte < 0) {
      continue;
    }
    const uint32_t size = tm_decoder_push(&device.decoder, (uint8_t)byte);
    device.lost_bytes++;
    if (size != 0) {
      answer(size);
      device.lost_bytes = 0;
    }
    if (device.baud_due || device.lost_bytes == TM_LOST_BYTES) {
      (void)tm_port_baud(device.baud_due ? request.part.body.set_baud.baud : 0, true);
      device.baud_due = false;
      device.lost_bytes = 0;
    }
    if (device.reset_due) {
      tm_port_reset();
    }
  }
}

/* Weak: a firmware with slots has its own. */
__attribute__((weak)) void tm_device_greeted(void) {}

__attribute__((weak)) uint8_t tm_device_swap(const tm_request *asked, uint32_t size, tm_response *answered,
                                             uint32_t *answered_size) {
  (void)asked;
  (void)size;
  (void)answered;
  (void)answered_size;
  return TM_STATUS_UNKNOWN_MESSAGE;
}

/* Weak: a program without the link has its own, and then nothing of the link is in the image.
 *
 * The report is kept, sent at once, and kept still for a host that missed it. In a session the device then starts
 * again; a fault that comes before one would come again and again, and is reported to whoever asks. */
__attribute__((weak, cold)) void tm_fault(const tm_fault_state *state) {
  tm_fault_response *fault = &response.part.body.fault;
  response.part.header.sequence = TM_NO_SEQUENCE;
  response.part.header.message = TM_MESSAGE_FAULT;
  response.part.header.status = TM_STATUS_OK;
  tm_crash_describe(state, fault);
  fault->message = serving ? request.part.header.message : 0;
  fault->layer = serving ? *device.model->layer : TM_NO_LAYER;
  tm_crash_keep(fault);
  if (!serving) {
    tm_port_init();
  }
  tm_line_abandon();
  for (;;) {
    tm_frame_send(response.bytes, (uint32_t)(sizeof(tm_header) + sizeof(tm_fault_response)));
    if (serving && device.answer_size != 0) {
      tm_port_reset();
    }
    while (tm_port_read() != 0) {
      /* a zero byte is a host that asks */
    }
  }
}
