/* float_text.c - constants of f32 and f64 as the text format writes them: exact in hexadecimal, with the shortest decimal that means the same in a
 * comment. Flows in: the bits. Flows out: text like `0x1.8p+0 (;=1.5;)`. */
#include "text/print.h"

#define LARGE_LIMBS 40 /* 1,280 bits: the largest scale, 10 to the power of 325 times 2 to some, has 1,140 */
#include "text/large.h"

typedef struct float_form {
  unsigned fraction_bits, exponent_bits;
} float_form;

static const float_form form_32 = {23, 8}, form_64 = {52, 11};

/* ---- hexadecimal */

static void print_hex(cti_text *t, uint64_t fraction, int exponent, const float_form *form) {
  int bias = (1 << (form->exponent_bits - 1)) - 1;
  if (exponent == 0 && fraction == 0) {
    cti_text_lit(t, "0x0p+0");
    return;
  }
  cti_text_lit(t, "0x1");
  if (fraction) cti_text_char(t, '.');
  fraction <<= 64 - form->fraction_bits; /* the fraction's first bit at the top */
  int power = exponent - bias;
  if (exponent == 0) { /* subnormal: the first set bit becomes the one before the point */
    while (!(fraction >> 63)) {
      fraction <<= 1;
      power--;
    }
    fraction <<= 1;
  }
  for (; fraction; fraction <<= 4) cti_text_char(t, "0123456789abcdef"[fraction >> 60]);
  cti_text_lit(t, "p");
  cti_text_char(t, power < 0 ? '-' : '+');
  cti_text_u64(t, (uint64_t)(power < 0 ? -power : power));
}

/* ---- the shortest decimal that rounds to the same number: Steele and White's digit generation with large integers, as Burger and Dybvig order it */

static large large_of(uint64_t value) {
  large a = {{(uint32_t)value, (uint32_t)(value >> 32)}, 2};
  while (a.used && a.limbs[a.used - 1] == 0) a.used--;
  return a;
}

static large sum(const large *a, const large *b) {
  large s = {.used = a->used > b->used ? a->used : b->used};
  uint64_t carry = 0;
  for (unsigned i = 0; i < s.used; i++) {
    carry += (uint64_t)(i < a->used ? a->limbs[i] : 0) + (i < b->used ? b->limbs[i] : 0);
    s.limbs[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry) s.limbs[s.used++] = (uint32_t)carry;
  return s;
}

/* The number is rest/scale; numbers from rest - below to rest + above round to it. */
typedef struct shortest {
  large rest, scale, above, below;
  bool inclusive; /* the ends of that interval round to it, too */
  char digits[20];
  unsigned count;
  int point; /* the decimal point stands after this many digits */
} shortest;

static bool reaches_next(const shortest *s) { /* rest + above > scale */
  large top = sum(&s->rest, &s->above);
  int order = compare(&top, &s->scale);
  return order > 0 || (order == 0 && s->inclusive);
}

static bool within_below(const shortest *s) { /* rest < below */
  int order = compare(&s->rest, &s->below);
  return order < 0 || (order == 0 && s->inclusive);
}

static void times_10(shortest *s) {
  multiply_and_add(&s->rest, 10, 0);
  multiply_and_add(&s->above, 10, 0);
  multiply_and_add(&s->below, 10, 0);
}

/* mantissa * 2^power; `lopsided`: the next smaller number is only half as far as the next larger one. */
static void set_up(shortest *s, uint64_t mantissa, int power, bool lopsided) {
  unsigned up = power > 0 ? (unsigned)power : 0, down = power < 0 ? (unsigned)-power : 0, extra = lopsided ? 2 : 1;
  s->rest = large_of(mantissa);
  s->scale = s->below = s->above = large_of(1);
  shift_left(&s->rest, up + extra);
  shift_left(&s->scale, down + extra);
  shift_left(&s->below, up);
  shift_left(&s->above, up + extra - 1);
  s->inclusive = mantissa % 2 == 0;
  unsigned bits = 0;
  while (mantissa >> bits) bits++;
  /* About the number's decimal logarithm, never too large: 1233/4096 is a little below log10(2). */
  int estimate = (int)(bits - 1) + power;
  s->point = estimate >= 0 ? estimate * 1233 / 4096 : -((-estimate * 1234 + 4095) / 4096);
  if (s->point >= 0) multiply_power_of_10(&s->scale, (unsigned)s->point);
  else {
    multiply_power_of_10(&s->rest, (unsigned)-s->point);
    multiply_power_of_10(&s->above, (unsigned)-s->point);
    multiply_power_of_10(&s->below, (unsigned)-s->point);
  }
  while (reaches_next(s)) {
    multiply_and_add(&s->scale, 10, 0);
    s->point++;
  }
}

static unsigned take_digit(shortest *s) {
  unsigned digit = 0;
  while (compare(&s->rest, &s->scale) >= 0) {
    subtract(&s->rest, &s->scale);
    digit++;
  }
  return digit;
}

static void round_up(shortest *s) {
  unsigned at = s->count;
  while (at && s->digits[at - 1] == '9') at--;
  if (at == 0) {
    s->digits[0] = '1';
    s->count = 1;
    s->point++;
    return;
  }
  s->digits[at - 1]++;
  s->count = at;
}

static void generate(shortest *s) {
  bool low, high;
  do {
    times_10(s);
    s->digits[s->count++] = (char)('0' + take_digit(s));
    low = within_below(s);
    high = reaches_next(s);
  } while (!low && !high && s->count < sizeof s->digits);
  large twice = sum(&s->rest, &s->rest);
  if (high && (!low || compare(&twice, &s->scale) >= 0)) round_up(s);
}

static void print_decimal(cti_text *t, uint64_t fraction, int exponent, const float_form *form) {
  int bias = (1 << (form->exponent_bits - 1)) - 1;
  uint64_t mantissa = exponent ? fraction | (uint64_t)1 << form->fraction_bits : fraction;
  if (mantissa == 0) {
    cti_text_char(t, '0');
    return;
  }
  shortest s = {.count = 0};
  set_up(&s, mantissa, (exponent ? exponent : 1) - bias - (int)form->fraction_bits, exponent > 1 && fraction == 0);
  generate(&s);
  if (s.point <= 0) {
    cti_text_lit(t, "0.");
    for (int i = s.point; i < 0; i++) cti_text_char(t, '0');
    cti_text_bytes(t, s.digits, s.count);
    return;
  }
  unsigned before = (unsigned)s.point < s.count ? (unsigned)s.point : s.count;
  cti_text_bytes(t, s.digits, before);
  for (unsigned i = before; i < (unsigned)s.point; i++) cti_text_char(t, '0');
  if (before == s.count) return;
  cti_text_char(t, '.');
  cti_text_bytes(t, s.digits + before, s.count - before);
}

/* ---- both */

static void comment_open(cti_text *t, const char *text) {
  cti_text_ink(t, CTI_INK_COMMENT);
  cti_text_str(t, text);
}

static void comment_close(cti_text *t) {
  cti_text_lit(t, ";)");
  cti_text_plain(t);
}

static void print_nan(cti_text *t, uint64_t payload, const float_form *form, bool with_comment) {
  cti_text_ink(t, CTI_INK_LITERAL);
  cti_text_lit(t, "nan");
  if (payload != (uint64_t)1 << (form->fraction_bits - 1)) {
    cti_text_lit(t, ":0x");
    cti_text_hex(t, payload);
  }
  if (!with_comment) return;
  cti_text_char(t, ' ');
  comment_open(t, "(;=NaN");
  comment_close(t);
}

static void print_float(cti_text *t, uint64_t bits, const float_form *form, bool with_comment) {
  unsigned sign_at = form->fraction_bits + form->exponent_bits;
  bool negative = (bits >> sign_at & 1) != 0;
  uint64_t fraction = bits & (((uint64_t)1 << form->fraction_bits) - 1);
  int exponent = (int)(bits >> form->fraction_bits & (((uint64_t)1 << form->exponent_bits) - 1));
  bool special = exponent == (1 << form->exponent_bits) - 1;
  if (negative) cti_text_char(t, '-');
  if (special && fraction) {
    print_nan(t, fraction, form, with_comment);
    return;
  }
  cti_text_ink(t, CTI_INK_LITERAL);
  if (special) cti_text_str(t, with_comment ? "inf " : "inf");
  else print_hex(t, fraction, exponent, form);
  if (!with_comment) return;
  comment_open(t, special ? "(;=" : " (;=");
  if (negative) cti_text_char(t, '-');
  if (special) cti_text_lit(t, "inf");
  else print_decimal(t, fraction, exponent, form);
  comment_close(t);
}

void cti_print_f32(cti_text *text, uint32_t bits) { print_float(text, bits, &form_32, true); }
void cti_print_f64(cti_text *text, uint64_t bits) { print_float(text, bits, &form_64, true); }

void cti_print_float_alone(cti_text *text, uint64_t bits, bool is_64) { print_float(text, bits, is_64 ? &form_64 : &form_32, false); }
