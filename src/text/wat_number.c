/* cti_wat_number.c - integers and floats of the text format. Correct rounding is the C library's: strtof and strtod take decimal and hexadecimal forms,
 * and the "C" locale is the only one that ctool runs in. */
#include <math.h>
#include <stdlib.h>

#include "text/float_read.h"
#include "text/wat_lex.h"

static bool is_digit(uint8_t byte, bool hex) {
  if (byte >= '0' && byte <= '9') return true;
  byte |= 0x20;
  return hex && byte >= 'a' && byte <= 'f';
}

/* Digits with single underscores between them, from `at` on; gives their end, or `at` when there are none or an underscore is misplaced. */
static size_t digits(ct_slice text, size_t at, bool hex) {
  size_t i = at;
  if (i == text.size || !is_digit(text.data[i], hex)) return at;
  for (; i < text.size; i++) {
    if (is_digit(text.data[i], hex)) continue;
    if (text.data[i] != '_') break;
    if (i + 1 == text.size || !is_digit(text.data[i + 1], hex)) return at;
  }
  return i;
}

static size_t sign_size(ct_slice text) { return text.size && (text.data[0] == '+' || text.data[0] == '-') ? 1 : 0; }

static bool is_nan_with_payload(ct_slice text) {
  if (!cti_slice_starts(text, CTI_LIT("nan:0x"))) return false;
  return digits(text, 6, true) == text.size && text.size > 6;
}

cti_wat_kind cti_wat_number_kind(ct_slice text) {
  text = cti_slice_cut(text, sign_size(text), text.size);
  if (cti_slice_is(text, "inf") || cti_slice_is(text, "nan") || is_nan_with_payload(text)) return CTI_WAT_FLOAT;
  bool hex = cti_slice_starts(text, CTI_LIT("0x"));
  size_t start = hex ? 2 : 0, at = digits(text, start, hex);
  if (at == start) return CTI_WAT_RESERVED;
  if (at == text.size) return CTI_WAT_INTEGER;
  if (text.data[at] == '.') {
    size_t after = ++at;
    at = digits(text, after, hex);
    if (at == after && at < text.size && is_digit(text.data[at], hex)) return CTI_WAT_RESERVED;
  }
  if (at == text.size) return CTI_WAT_FLOAT;
  if ((text.data[at++] | 0x20) != (hex ? 'p' : 'e')) return CTI_WAT_RESERVED;
  at += sign_size(cti_slice_cut(text, at, text.size));
  return at < text.size && digits(text, at, false) == text.size ? CTI_WAT_FLOAT : CTI_WAT_RESERVED;
}

/* Without sign; false when it does not fit in 64 bits. */
static bool magnitude(uint64_t *out, ct_slice text) {
  bool hex = cti_slice_starts(text, CTI_LIT("0x"));
  uint64_t base = hex ? 16 : 10, value = 0;
  for (size_t i = hex ? 2 : 0; i < text.size; i++) {
    uint8_t byte = text.data[i];
    if (byte == '_') continue;
    uint64_t digit = byte <= '9' ? byte - (uint64_t)'0' : (byte | 0x20u) - (uint64_t)'a' + 10;
    if (value > (UINT64_MAX - digit) / base) return false;
    value = value * base + digit;
  }
  *out = value;
  return true;
}

bool cti_wat_integer(uint64_t *out, ct_slice text, unsigned bits, bool is_signed) {
  size_t sign = sign_size(text);
  bool negative = sign && text.data[0] == '-';
  uint64_t value, limit = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
  if ((sign && !is_signed) || !magnitude(&value, cti_slice_cut(text, sign, text.size))) return false;
  if (negative) limit = (uint64_t)1 << (bits - 1);
  if (value > limit) return false;
  *out = negative ? 0 - value : value;
  return true;
}

/* `inf`, `nan` and `nan:0x...`: the exponent bits all set, and a significand that is none, the top bit or as given, which must fit and not be zero.
 * Sets *special; false when the payload is out of range. */
static bool special_float(uint64_t *out, ct_slice text, unsigned significand_bits, bool *special) {
  uint64_t payload = (uint64_t)1 << (significand_bits - 1);
  *special = true;
  if (cti_slice_is(text, "inf")) payload = 0;
  else if (is_nan_with_payload(text)) {
    bool fits = magnitude(&payload, cti_slice_cut(text, 4, text.size));
    if (!fits || payload == 0 || payload >> significand_bits) return false;
  } else if (!cti_slice_is(text, "nan")) {
    *special = false;
    return true;
  }
  *out = payload;
  return true;
}

/* The text without underscores, ending with NUL. */
static const char *c_number(ct_slice text, char *small, size_t room, cti_arena *arena) {
  char *copy = text.size < room ? small : cti_alloc(arena, text.size + 1);
  if (!copy) return NULL;
  size_t size = 0;
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] != '_') copy[size++] = (char)text.data[i];
  copy[size] = 0;
  return copy;
}

/* That of mingw-w64 is wrong next to powers of two. */
static double to_double(const char *number) {
#ifdef _WIN32
  if (number[0] != '0' || number[1] != 'x') {
    uint64_t bits = cti_float_read(number);
    double value;
    return memcpy(&value, &bits, sizeof value), value;
  }
#endif
  return strtod(number, NULL);
}

enum { SMALL = 128 };

bool cti_wat_float32(uint32_t *out, ct_slice text, cti_arena *arena) {
  uint32_t sign = text.size && text.data[0] == '-' ? 0x80000000u : 0;
  ct_slice unsigned_text = cti_slice_cut(text, sign_size(text), text.size);
  uint64_t payload;
  bool special;
  if (!special_float(&payload, unsigned_text, 23, &special)) return false;
  if (special) return *out = sign | 0x7f800000u | (uint32_t)payload, true;
  char small[SMALL];
  const char *number = c_number(unsigned_text, small, sizeof small, arena);
  if (!number) return false;
  float value = strtof(number, NULL);
  memcpy(out, &value, sizeof *out);
  *out |= sign;
  return !isinf(value);
}

bool cti_wat_float64(uint64_t *out, ct_slice text, cti_arena *arena) {
  uint64_t sign = text.size && text.data[0] == '-' ? (uint64_t)1 << 63 : 0;
  ct_slice unsigned_text = cti_slice_cut(text, sign_size(text), text.size);
  uint64_t payload;
  bool special;
  if (!special_float(&payload, unsigned_text, 52, &special)) return false;
  if (special) return *out = sign | (uint64_t)0x7ff << 52 | payload, true;
  char small[SMALL];
  const char *number = c_number(unsigned_text, small, sizeof small, arena);
  if (!number) return false;
  double value = to_double(number);
  memcpy(out, &value, sizeof *out);
  *out |= sign;
  return !isinf(value);
}
