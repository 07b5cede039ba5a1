/* hurt.h - hostile forms of a good input, shared by unit tests and the fuzz targets' replay driver: cut at every byte, flip every bit, fail every allocation.
 *
 * Each form lies in a block of exactly its size, so that the address sanitizer sees a read past its end. The target must come back from each; what it
 * answers is its own affair. */
#ifndef TEST_HURT_H
#define TEST_HURT_H

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

typedef void (*hurt_target)(ct_slice bytes, void *context);

static inline uint8_t *hurt_copy(ct_slice bytes) {
  uint8_t *copy = malloc(bytes.size ? bytes.size : 1);
  if (!copy) abort();
  if (bytes.size) memcpy(copy, bytes.data, bytes.size);
  return copy;
}

/* Calls the target with each prefix, the empty one first and the whole last. */
static inline void hurt_cuts(ct_slice bytes, hurt_target target, void *context) {
  for (size_t size = 0; size <= bytes.size; size++) {
    uint8_t *copy = hurt_copy((ct_slice){bytes.data, size});
    target((ct_slice){copy, size}, context);
    free(copy);
  }
}

/* Calls the target with each bit flipped, one at a time. */
static inline void hurt_bits(ct_slice bytes, hurt_target target, void *context) {
  uint8_t *copy = hurt_copy(bytes);
  for (size_t i = 0; i < bytes.size; i++)
    for (int bit = 0; bit < 8; bit++) {
      copy[i] ^= (uint8_t)(1u << bit);
      target((ct_slice){copy, bytes.size}, context);
      copy[i] ^= (uint8_t)(1u << bit);
    }
  free(copy);
}

/* Calls the target with the first allocation failing, then the second, until it comes through without a failure. Gives how many failed. */
static inline size_t hurt_starve(ct_slice bytes, hurt_target target, void *context) {
  uint8_t *copy = hurt_copy(bytes);
  size_t n = 0;
  for (bool failed = true; failed; n++) {
    cti_alloc_fail_at(n + 1);
    target((ct_slice){copy, bytes.size}, context);
    failed = cti_alloc_failed();
    cti_alloc_fail_at(0);
  }
  free(copy);
  return n - 1;
}

#endif
