#include "tm_line.h"

#include <stdbool.h>

#include "tm_port.h"
#include "tm_protocol.h"

/* What waits for a byte does this meanwhile: nothing, or where no interrupt comes, as on a host, its work. */
#ifdef TM_LINE_POLLED
#define TM_LINE_WAIT() serve()
#else
#define TM_LINE_WAIT() (void)0
#endif

/* A ring with one writer and one reader, of which one may be the interrupt. Both indices run freely; each is
 * written by one side alone, after the byte itself. */
typedef struct {
  volatile uint8_t *bytes;
  volatile uint32_t written;
  volatile uint32_t read;
} tm_queue;

static struct {
  tm_queue in;
  tm_queue out;
  uint32_t size; /* of each queue, a power of two */
  volatile bool queued;
} line;

static bool is_empty(const tm_queue *queue) { return queue->written == queue->read; }

static bool is_full(const tm_queue *queue) { return queue->written - queue->read == line.size; }

static void push(tm_queue *queue, uint8_t byte) {
  const uint32_t at = queue->written;
  queue->bytes[at & (line.size - 1u)] = byte;
  queue->written = at + 1u;
}

static uint8_t pop(tm_queue *queue) {
  const uint32_t at = queue->read;
  const uint8_t byte = queue->bytes[at & (line.size - 1u)];
  queue->read = at + 1u;
  return byte;
}

/* Moves up to a byte each way between port and queues. */
static void serve(void) {
  if (!is_empty(&line.out) && tm_port_can_write()) {
    tm_port_write(pop(&line.out));
  }
  if (!is_full(&line.in)) {
    const int32_t byte = tm_port_read();
    if (byte >= 0) {
      push(&line.in, (uint8_t)byte);
    }
  }
}

int32_t tm_line_read(void) {
  if (!line.queued) {
    return tm_port_read();
  }
  TM_LINE_WAIT();
  return is_empty(&line.in) ? -1 : (int32_t)pop(&line.in);
}

void tm_line_write(uint8_t byte) {
  if (!line.queued) {
    tm_port_write(byte);
    return;
  }
  while (is_full(&line.out)) {
    TM_LINE_WAIT();
  }
  push(&line.out, byte);
}

uint32_t tm_line_queue(uint32_t hertz) {
  const uint32_t spare = (uint32_t)(__tm_spare_end - __tm_spare_start);
  uint32_t size = TM_QUEUE_BYTES;
  while (2u * size > spare) {
    size /= 2u;
  }
  if (size < TM_FRAME_BYTES) {
    return 0;
  }
  line.size = size;
  line.in = (tm_queue){.bytes = __tm_spare_start};
  line.out = (tm_queue){.bytes = __tm_spare_start + size};
  line.queued = tm_port_interrupt(hertz, serve);
  return line.queued ? size : 0;
}

void tm_line_direct(void) {
  if (!line.queued) {
    return;
  }
  while (!is_empty(&line.out)) {
    TM_LINE_WAIT();
  }
  (void)tm_port_interrupt(0, serve);
  line.queued = false;
}

void tm_line_abandon(void) { line.queued = false; }

/* Weak: a port that can has its own. */
__attribute__((weak)) bool tm_port_interrupt(uint32_t hertz, void (*interrupt)(void)) {
  (void)hertz;
  (void)interrupt;
  return false;
}

__attribute__((weak)) bool tm_port_can_write(void) { return true; }

__attribute__((weak)) bool tm_port_watchdog(uint32_t milliseconds) { return milliseconds == 0; }

__attribute__((weak)) bool tm_port_baud(uint32_t baud, bool now) {
  (void)baud;
  (void)now;
  return false;
}
