/* choices.h - the bytes that generators draw from: each choice takes a byte or two, and when they are used up every choice is the first. So the bytes that an
 * engine changes are the decisions, and a cut of them is a smaller thing of the same beginning. */
#ifndef FUZZ_GEN_CHOICES_H
#define FUZZ_GEN_CHOICES_H

#include "base/slice.h"

typedef struct choices {
  ct_slice bytes;
  size_t at;
} choices;

static inline uint8_t choose_byte(choices *c) { return c->at < c->bytes.size ? c->bytes.data[c->at++] : 0; }

/* Below `count`, which is not 0. */
static inline uint32_t choose_below(choices *c, uint32_t count) {
  if (count <= 1) return 0;
  uint32_t value = choose_byte(c);
  if (count > 256) value |= (uint32_t)choose_byte(c) << 8;
  return value % count;
}

/* With a chance of `of` in 16; not, when the bytes are used up. */
static inline bool choose_rarely(choices *c, uint32_t of) { return c->at < c->bytes.size && (choose_byte(c) & 15u) < of; }

static inline bool choices_are_left(const choices *c) { return c->at < c->bytes.size; }

#endif
