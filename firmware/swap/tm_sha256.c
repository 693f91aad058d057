#include "tm_sha256.h"

#include <string.h>

#define BLOCK_BYTES 64u
#define LENGTH_BYTES 8u

static const uint32_t constants[64] = {
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
    0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
    0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
    0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
    0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
    0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
    0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u,
};

static uint32_t rotated(uint32_t word, uint32_t bits) { return word >> bits | word << (32u - bits); }

static uint32_t word_at(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store(uint8_t *bytes, uint32_t word) {
  for (uint32_t i = 0; i < 4u; i++) {
    bytes[i] = (uint8_t)(word >> (24u - 8u * i));
  }
}

/* Takes a block into the state. The last 16 words of the schedule are kept, in a ring. */
static void take(uint32_t state[8], const uint8_t *block) {
  uint32_t words[16], s[8];
  memcpy(s, state, sizeof(s));
  for (uint32_t i = 0; i < 64u; i++) {
    uint32_t *word = &words[i % 16u];
    if (i < 16u) {
      *word = word_at(block + 4u * i);
    } else {
      const uint32_t early = words[(i + 1u) % 16u], late = words[(i + 14u) % 16u];
      *word += (rotated(early, 7) ^ rotated(early, 18) ^ early >> 3) + words[(i + 9u) % 16u] +
               (rotated(late, 17) ^ rotated(late, 19) ^ late >> 10);
    }
    const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
    const uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    const uint32_t first =
        s[7] + (rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)) + choice + constants[i] + *word;
    const uint32_t second = (rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)) + majority;
    memmove(s + 1, s, 7u * sizeof(*s));
    s[4] += first;
    s[0] = first + second;
  }
  for (uint32_t i = 0; i < 8u; i++) {
    state[i] += s[i];
  }
}

void tm_sha256(const uint8_t *bytes, uint32_t size, uint8_t digest[TM_SHA256_BYTES]) {
  uint32_t state[8] = {0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                       0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
  uint8_t last[2u * BLOCK_BYTES] = {0};
  const uint32_t left = size % BLOCK_BYTES;
  const uint32_t end = left + 1u + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2u * BLOCK_BYTES;
  for (uint32_t at = 0; at < size - left; at += BLOCK_BYTES) {
    take(state, bytes + at);
  }
  if (left != 0) {
    memcpy(last, bytes + size - left, left);
  }
  last[left] = 0x80u;
  store(last + end - 8u, size >> 29);
  store(last + end - 4u, size << 3);
  for (uint32_t at = 0; at < end; at += BLOCK_BYTES) {
    take(state, last + at);
  }
  for (uint32_t i = 0; i < 8u; i++) {
    store(digest + 4u * i, state[i]);
  }
}
