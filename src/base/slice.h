/* slice.h - borrowed bytes: making, comparing, cutting. */
#ifndef CTI_BASE_SLICE_H
#define CTI_BASE_SLICE_H

#include <string.h>

#include "ctool/base.h"

/* For printf("%.*s", CTI_S(slice)). */
#define CTI_S(slice) (int)(slice).size, (const char *)((slice).size ? (slice).data : (const uint8_t *)"")

/* A slice of a string literal. */
#define CTI_LIT(literal) ((ct_slice){(const uint8_t *)("" literal), sizeof(literal) - 1})

static inline ct_slice cti_slice(const void *data, size_t size) { return (ct_slice){(const uint8_t *)data, size}; }

static inline ct_slice cti_slice_str(const char *string) { return (ct_slice){(const uint8_t *)string, strlen(string)}; }

static inline bool cti_slice_eq(ct_slice a, ct_slice b) { return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0); }

static inline bool cti_slice_is(ct_slice a, const char *string) { return cti_slice_eq(a, cti_slice_str(string)); }

/* Bytewise order; a prefix comes first. */
static inline int cti_slice_cmp(ct_slice a, ct_slice b) {
  size_t n = a.size < b.size ? a.size : b.size;
  int order = n ? memcmp(a.data, b.data, n) : 0;
  return order ? order : (a.size > b.size) - (a.size < b.size);
}

static inline bool cti_slice_starts(ct_slice a, ct_slice prefix) { return a.size >= prefix.size && (prefix.size == 0 || memcmp(a.data, prefix.data, prefix.size) == 0); }

static inline bool cti_slice_ends(ct_slice a, ct_slice suffix) {
  return a.size >= suffix.size && (suffix.size == 0 || memcmp(a.data + (a.size - suffix.size), suffix.data, suffix.size) == 0);
}

/* The bytes [from, to); bounds are cut to the slice. */
static inline ct_slice cti_slice_cut(ct_slice a, size_t from, size_t to) {
  if (to > a.size) to = a.size;
  if (from > to) from = to;
  return (ct_slice){a.data ? a.data + from : a.data, to - from};
}

/* Where `byte` first stands in `a`, from index `from` on; a.size when it does not. */
static inline size_t cti_slice_find(ct_slice a, uint8_t byte, size_t from) {
  const uint8_t *hit = from < a.size ? memchr(a.data + from, byte, a.size - from) : NULL;
  return hit ? (size_t)(hit - a.data) : a.size;
}

#endif
