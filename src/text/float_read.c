/* float_read.c - decimal text to the nearest f64, ties to even, exactly: for systems whose strtod is wrong by up to 52 bits next to powers of two (mingw-w64 10).
 * Flows in: digits and an exponent. Flows out: bits. The number is rest/scale, two large integers, whose quotient is made bit by bit. */
#include "text/float_read.h"

#include <string.h>

#define LARGE_LIMBS 180 /* 5,760 bits: 10 to the power of 1,150 times 64 bits, and some */
#include "text/large.h"

enum {
  MOST_DIGITS = 780,  /* more tell no more than that there are more: no middle between two numbers has more than 767 */
  LARGEST = 310, SMALLEST = -330 /* powers of 10 beyond which all is infinite, or nothing */
};

static unsigned bits_of(const large *a) {
  unsigned bits = a->used * 32;
  for (uint32_t top = a->limbs[a->used - 1]; !(top >> 31); top <<= 1) bits--;
  return bits;
}

/* ---- the text */

typedef struct decimal {
  large digits; /* without leading zeros; after MOST_DIGITS of them, one that stands for the rest */
  unsigned count;
  int64_t power; /* of 10, by which they are to be multiplied */
} decimal;

static void take_digit(decimal *d, char digit, bool after_point) {
  if (d->count >= MOST_DIGITS) {
    d->power += !after_point;
    if (digit != '0') d->digits.limbs[0] |= 1; /* below all that counts: the last digit that was taken was made a 0 */
    return;
  }
  d->power -= after_point;
  if (d->count == 0 && digit == '0') return;
  multiply_and_add(&d->digits, 10, ++d->count == MOST_DIGITS ? 0 : (uint32_t)(digit - '0'));
  if (d->count == MOST_DIGITS && digit != '0') d->digits.limbs[0] |= 1;
}

static void read_decimal(decimal *d, const char *text) {
  bool after_point = false;
  for (; *text && *text != 'e' && *text != 'E'; text++) {
    if (*text == '.') after_point = true;
    else take_digit(d, *text, after_point);
  }
  if (!*text) return;
  bool negative = *++text == '-';
  int64_t power = 0;
  for (text += *text == '-' || *text == '+'; *text; text++)
    if (power < 1000000000) power = power * 10 + (*text - '0');
  d->power += negative ? -power : power;
}

/* ---- the quotient */

/* `wanted` bits of rest/scale, which is at least 1 and less than 2, and one more for what is left. */
static uint64_t quotient(large *rest, const large *scale, int wanted) {
  uint64_t bits = 0;
  for (int i = 0; i < wanted; i++) {
    bool one = compare(rest, scale) >= 0;
    if (one) subtract(rest, scale);
    bits = bits << 1 | one;
    if (rest->used) shift_left(rest, 1);
  }
  return bits << 1 | (rest->used != 0);
}

static uint64_t round_even(uint64_t bits) { return (bits >> 2) + ((bits & 3) == 3 || (bits & 6) == 6); } /* the last two: a half, and what is less */

uint64_t cti_float_read(const char *text) {
  enum { FRACTION = 52, BIAS = 1023, LOWEST = -1074 };
  const uint64_t infinite = (uint64_t)0x7ff << FRACTION;
  decimal d = {0};
  read_decimal(&d, text);
  if (d.count == 0 || d.power + d.count < SMALLEST) return 0;
  if (d.power + d.count > LARGEST) return infinite;
  large scale = {{1}, 1};
  if (d.power > 0) multiply_power_of_10(&d.digits, (unsigned)d.power);
  else multiply_power_of_10(&scale, (unsigned)-d.power);
  int top = (int)bits_of(&d.digits) - (int)bits_of(&scale);
  if (top > 0) shift_left(&scale, (unsigned)top);
  else shift_left(&d.digits, (unsigned)-top);
  if (compare(&d.digits, &scale) < 0) { /* now 1/2 < ratio < 2: make it 1 or more */
    top--;
    shift_left(&d.digits, 1);
  }
  int wanted = top - LOWEST < FRACTION ? top - LOWEST + 1 : FRACTION + 1; /* subnormal numbers have fewer */
  if (wanted < 0) return 0;
  uint64_t bits = round_even(quotient(&d.digits, &scale, wanted + 1));
  if (wanted <= FRACTION) return bits; /* what is rounded up to a normal number is one */
  bits += (uint64_t)(top + BIAS - 1) << FRACTION; /* the first bit adds one to the exponent, and what was rounded up beyond it another */
  return bits < infinite ? bits : infinite;
}
