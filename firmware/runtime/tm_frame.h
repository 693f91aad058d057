/* Frames on a stream of bytes: COBS between zero bytes, with a CRC-32 at the end of each. */
#ifndef TM_FRAME_H
#define TM_FRAME_H

#include <stdint.h>

#define TM_CRC_BYTES 4u

/* Decodes a stream byte by byte into one buffer. Whatever arrives, nothing is written outside the buffer. */
typedef struct {
  uint8_t *bytes;
  uint32_t capacity;
  uint32_t size;   /* decoded so far; more than capacity where the frame is too long */
  uint8_t code;    /* the code byte of the current COBS block, 0 before the first */
  uint8_t pending; /* bytes of the block that are still to come */
} tm_decoder;

/* Returns the CRC-32 (as zlib computes it) of bytes that follow those that gave `crc`; begin with 0. */
uint32_t tm_crc32(uint32_t crc, const uint8_t *bytes, uint32_t size);

void tm_decoder_init(tm_decoder *decoder, uint8_t *bytes, uint32_t capacity);

/* Takes the next byte of the stream. Returns the size of a frame (without its CRC) when the byte completes one
 * whose CRC is right, else 0. The frame stays in the buffer until the next call. */
uint32_t tm_decoder_push(tm_decoder *decoder, uint8_t byte);

/* Appends the CRC to `size` bytes of a frame and sends it. The buffer has room for TM_CRC_BYTES more. */
void tm_frame_send(uint8_t *bytes, uint32_t size);

#endif
