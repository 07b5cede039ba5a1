/* utf8.h - UTF-8 as Unicode defines it: no overlong forms, no surrogates, at most U+10FFFF. */
#ifndef CTI_BASE_UTF8_H
#define CTI_BASE_UTF8_H

#include "ctool/base.h"

/* How many bytes from the start are valid; `bytes.size` when all are. */
size_t cti_utf8_valid_prefix(ct_slice bytes);
static inline bool cti_utf8_valid(ct_slice bytes) { return cti_utf8_valid_prefix(bytes) == bytes.size; }

/* The scalar value at the start of valid UTF-8, and its length in bytes. Empty input: 0, length 0. */
uint32_t cti_utf8_decode(ct_slice bytes, size_t *length);

/* Writes a scalar value, gives the number of bytes (1 to 4). */
size_t cti_utf8_encode(uint32_t scalar, uint8_t out[4]);

#endif
