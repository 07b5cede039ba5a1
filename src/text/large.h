/* large.h - natural numbers of up to LARGE_LIMBS limbs, which who includes this defines: as few as its numbers need, since they lie on the stack. Nothing is
 * checked here: what comes out must fit. */
#ifndef CTI_TEXT_LARGE_H
#define CTI_TEXT_LARGE_H

#include <stdint.h>
#include <string.h>

#ifndef LARGE_LIMBS
#define LARGE_LIMBS 4
#endif

typedef struct large {
  uint32_t limbs[LARGE_LIMBS]; /* the lowest first */
  unsigned used;               /* the last of these is not 0 */
} large;

static inline void multiply_and_add(large *a, uint32_t factor, uint32_t more) {
  uint64_t carry = more;
  for (unsigned i = 0; i < a->used; i++) {
    carry += (uint64_t)a->limbs[i] * factor;
    a->limbs[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry) a->limbs[a->used++] = (uint32_t)carry;
}

static inline void multiply_power_of_10(large *a, unsigned power) {
  for (; power >= 9; power -= 9) multiply_and_add(a, 1000000000, 0);
  for (; power; power--) multiply_and_add(a, 10, 0);
}

static inline void shift_left(large *a, unsigned bits) {
  unsigned limbs = bits / 32;
  if (limbs && a->used) {
    memmove(a->limbs + limbs, a->limbs, a->used * sizeof *a->limbs);
    memset(a->limbs, 0, limbs * sizeof *a->limbs);
    a->used += limbs;
  }
  multiply_and_add(a, (uint32_t)1 << (bits % 32), 0);
}

static inline int compare(const large *a, const large *b) {
  if (a->used != b->used) return a->used < b->used ? -1 : 1;
  for (unsigned i = a->used; i-- > 0;)
    if (a->limbs[i] != b->limbs[i]) return a->limbs[i] < b->limbs[i] ? -1 : 1;
  return 0;
}

/* a -= b, where b is no larger. */
static inline void subtract(large *a, const large *b) {
  uint64_t borrow = 0;
  for (unsigned i = 0; i < a->used; i++) {
    uint64_t part = (uint64_t)a->limbs[i] - (i < b->used ? b->limbs[i] : 0) - borrow;
    a->limbs[i] = (uint32_t)part;
    borrow = part >> 63;
  }
  while (a->used && a->limbs[a->used - 1] == 0) a->used--;
}

#endif
