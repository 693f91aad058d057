/* SHA-256 (FIPS 180-4) of bytes that are in memory. */
#ifndef TM_SHA256_H
#define TM_SHA256_H

#include <stdint.h>

#define TM_SHA256_BYTES 32u

void tm_sha256(const uint8_t *bytes, uint32_t size, uint8_t digest[TM_SHA256_BYTES]);

#endif
