/* utf8.c - UTF-8 by the table of well-formed byte sequences: https://www.unicode.org/versions/latest/ch03.pdf, table 3-7. */
#include "base/utf8.h"

#include <string.h>

/* The length of the well-formed sequence at `at`, 0 when there is none. */
static size_t sequence(const uint8_t *at, size_t left) {
  uint8_t lead = at[0], low = 0x80, high = 0xbf;
  size_t length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length == 0 || length > left) return 0;
  if (lead == 0xe0) low = 0xa0;  /* shorter forms exist */
  if (lead == 0xed) high = 0x9f; /* surrogates */
  if (lead == 0xf0) low = 0x90;  /* shorter forms exist */
  if (lead == 0xf4) high = 0x8f; /* beyond U+10FFFF */
  for (size_t i = 1; i < length; i++, low = 0x80, high = 0xbf)
    if (at[i] < low || at[i] > high) return 0;
  return length;
}

size_t cti_utf8_valid_prefix(ct_slice bytes) {
  size_t i = 0;
  while (i < bytes.size) {
    uint64_t word;
    if (bytes.size - i >= sizeof word && (memcpy(&word, bytes.data + i, sizeof word), (word & 0x8080808080808080u) == 0)) {
      i += sizeof word;
      continue;
    }
    size_t length = sequence(bytes.data + i, bytes.size - i);
    if (length == 0) return i;
    i += length;
  }
  return i;
}

uint32_t cti_utf8_decode(ct_slice bytes, size_t *length) {
  *length = bytes.size ? sequence(bytes.data, bytes.size) : 0;
  switch (*length) {
  case 1: return bytes.data[0];
  case 2: return (bytes.data[0] & 0x1fu) << 6 | (bytes.data[1] & 0x3fu);
  case 3: return (bytes.data[0] & 0x0fu) << 12 | (bytes.data[1] & 0x3fu) << 6 | (bytes.data[2] & 0x3fu);
  case 4: return (bytes.data[0] & 0x07u) << 18 | (bytes.data[1] & 0x3fu) << 12 | (bytes.data[2] & 0x3fu) << 6 | (bytes.data[3] & 0x3fu);
  default: return 0;
  }
}

size_t cti_utf8_encode(uint32_t scalar, uint8_t out[4]) {
  if (scalar < 0x80) {
    out[0] = (uint8_t)scalar;
    return 1;
  }
  size_t length = scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
  static const uint8_t lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = length; i-- > 1; scalar >>= 6) out[i] = (uint8_t)(0x80 | (scalar & 0x3f));
  out[0] = (uint8_t)(lead[length] | scalar);
  return length;
}
