#include "tm_frame.h"

#include "tm_line.h"

/* A COBS block is a code byte and up to 253 or 254 bytes, none of them zero. The code is the distance to the next
 * zero of the data; the largest code says that none follows. */
#define TM_COBS_FULL 255u

uint32_t tm_crc32(uint32_t crc, const uint8_t *bytes, uint32_t size) {
  /* Four bits at a time: a quarter of the steps of a loop over bits, for a table of 64 bytes instead of 1024. */
  static const uint32_t table[16] = {
      0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
      0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu, 0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu,
  };
  crc = ~crc;
  for (uint32_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    crc = (crc >> 4) ^ table[crc & 15u];
    crc = (crc >> 4) ^ table[crc & 15u];
  }
  return ~crc;
}

static void restart(tm_decoder *decoder) {
  decoder->size = 0;
  decoder->code = 0;
  decoder->pending = 0;
}

void tm_decoder_init(tm_decoder *decoder, uint8_t *bytes, uint32_t capacity) {
  decoder->bytes = bytes;
  decoder->capacity = capacity;
  restart(decoder);
}

static void append(tm_decoder *decoder, uint8_t byte) {
  if (decoder->size < decoder->capacity) {
    decoder->bytes[decoder->size] = byte;
    decoder->size++;
  } else {
    decoder->size = decoder->capacity + 1; /* too long, until the next zero */
  }
}

/* Returns the size without the CRC of the frame that a zero byte has ended, or 0 where it is not a frame. */
static uint32_t complete(const tm_decoder *decoder) {
  if (decoder->pending != 0 || decoder->size <= TM_CRC_BYTES || decoder->size > decoder->capacity) {
    return 0;
  }
  const uint32_t size = decoder->size - TM_CRC_BYTES;
  const uint8_t *sent = decoder->bytes + size;
  const uint32_t crc = tm_crc32(0, decoder->bytes, size);
  const uint32_t expected =
      (uint32_t)sent[0] | (uint32_t)sent[1] << 8 | (uint32_t)sent[2] << 16 | (uint32_t)sent[3] << 24;
  return crc == expected ? size : 0;
}

uint32_t tm_decoder_push(tm_decoder *decoder, uint8_t byte) {
  if (byte == 0) {
    const uint32_t size = complete(decoder);
    restart(decoder);
    return size;
  }
  if (decoder->pending != 0) {
    append(decoder, byte);
    decoder->pending--;
    return 0;
  }
  /* A block begins; the zero between it and the block before it is due only now, as the last block has none. */
  if (decoder->code != 0 && decoder->code != TM_COBS_FULL) {
    append(decoder, 0);
  }
  decoder->code = byte;
  decoder->pending = (uint8_t)(byte - 1u);
  return 0;
}

void tm_frame_send(uint8_t *bytes, uint32_t size) {
  const uint32_t crc = tm_crc32(0, bytes, size);
  for (uint32_t i = 0; i < TM_CRC_BYTES; i++) {
    bytes[size + i] = (uint8_t)(crc >> (8u * i));
  }
  size += TM_CRC_BYTES;
  tm_line_write(0); /* ends whatever noise may stand before the frame */
  /* The end counts as one more zero, so that every block but a full one stands for a zero. */
  for (uint32_t at = 0; at <= size;) {
    uint32_t run = 0;
    while (run + 1u < TM_COBS_FULL && at + run < size && bytes[at + run] != 0) {
      run++;
    }
    tm_line_write((uint8_t)(run + 1u));
    for (uint32_t i = 0; i < run; i++) {
      tm_line_write(bytes[at + i]);
    }
    at += run + 1u < TM_COBS_FULL ? run + 1u : run;
  }
  tm_line_write(0);
}
