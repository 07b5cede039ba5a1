/* label.c - the form of labels, and strong uniqueness of names. */
#include "types/label.h"

/* What a word holds, as bits. */
enum { LOWER = 1, UPPER = 2, DIGIT = 4, OTHER = 8 };

static unsigned class_of(uint8_t c) { return c >= 'a' && c <= 'z' ? LOWER : c >= 'A' && c <= 'Z' ? UPPER : c >= '0' && c <= '9' ? DIGIT : OTHER; }

static bool is_word(unsigned seen) { return seen && !(seen & OTHER) && (seen & (LOWER | UPPER)) != (LOWER | UPPER); }

bool cti_label_valid(ct_slice text) {
  unsigned seen = 0;
  if (text.size == 0 || !(class_of(text.data[0]) & (LOWER | UPPER))) return false;
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] != '-') {
      seen |= class_of(text.data[i]);
      continue;
    }
    if (!is_word(seen)) return false;
    seen = 0;
  }
  return is_word(seen);
}

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c; }

bool cti_label_same(ct_slice a, ct_slice b) {
  size_t i = 0, j = 0;
  for (;; i++, j++) {
    while (i < a.size && a.data[i] == '-') i++;
    while (j < b.size && b.data[j] == '-') j++;
    if (i == a.size || j == b.size) return i == a.size && j == b.size;
    if (lower(a.data[i]) != lower(b.data[j])) return false;
  }
}

size_t cti_plain_name_prefix(ct_slice name) {
  size_t at = 0;
  while (at < name.size && name.data[at] == '[') {
    size_t close = cti_slice_find(name, ']', at);
    if (close == name.size) break;
    at = close + 1;
  }
  return at;
}

ct_slice cti_plain_name_canonical(cti_arena *arena, ct_slice name) {
  size_t prefix = cti_plain_name_prefix(name);
  ct_slice annotations = cti_slice_cut(name, 0, prefix), kept = {0};
  if (cti_slice_starts(annotations, CTI_LIT("[constructor]"))) kept = CTI_LIT("[constructor]");
  else if (cti_slice_ends(annotations, CTI_LIT("[set]"))) kept = CTI_LIT("[set]");
  uint8_t *text = cti_alloc(arena, kept.size + name.size - prefix + 1);
  if (!text) return (ct_slice){0};
  if (kept.size) memcpy(text, kept.data, kept.size);
  size_t size = kept.size;
  for (size_t i = prefix; i < name.size; i++)
    if (name.data[i] != '-') text[size++] = lower(name.data[i]);
  ct_slice plain = cti_slice(text + kept.size, size - kept.size);
  size_t dot = cti_slice_find(plain, '.', 0);
  ct_slice resource = cti_slice_cut(plain, 0, dot);
  if (dot < plain.size && cti_slice_eq(resource, cti_slice_cut(plain, dot + 1, plain.size))) return resource;
  return cti_slice(text, size);
}
