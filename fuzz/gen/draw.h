/* draw.h - numbers that follow from a seed (xorshift64), the same on every machine. */
#ifndef FUZZ_GEN_DRAW_H
#define FUZZ_GEN_DRAW_H

#include <stdint.h>

/* `state` is not 0, and moves on. */
static inline uint64_t draw_word(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* Below `below`, or 0. */
static inline uint32_t draw_below(uint64_t *state, uint32_t below) {
  uint64_t word = draw_word(state);
  return below ? (uint32_t)(word >> 11) % below : 0;
}

#endif
