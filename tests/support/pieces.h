/* pieces.h - output in pieces, joined. For tests and fuzz targets. */
#ifndef TEST_PIECES_H
#define TEST_PIECES_H

#include <stdlib.h>
#include <string.h>

#include "ctool/module.h"

/* The caller frees it. */
static inline uint8_t *pieces_join(const ct_pieces *pieces, size_t *size) {
  *size = 0;
  for (size_t i = 0; i < pieces->count; i++) *size += pieces->items[i].size;
  uint8_t *out = malloc(*size ? *size : 1), *at = out;
  if (!out) abort();
  for (size_t i = 0; i < pieces->count; i++) {
    if (pieces->items[i].size) memcpy(at, pieces->items[i].data, pieces->items[i].size);
    at += pieces->items[i].size;
  }
  return out;
}

#endif
