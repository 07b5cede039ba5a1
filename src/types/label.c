/* label.c - the form of labels, and strong uniqueness of names. */
#include "types/label.h"

typedef enum word_case { CASE_OPEN, CASE_LOWER, CASE_UPPER } word_case;

static bool word_takes(word_case *seen, uint8_t c) {
  word_case want = c >= 'a' && c <= 'z' ? CASE_LOWER : c >= 'A' && c <= 'Z' ? CASE_UPPER : CASE_OPEN;
  if (want == CASE_OPEN) return c >= '0' && c <= '9';
  if (*seen == CASE_OPEN) *seen = want;
  return *seen == want;
}

bool cti_label_valid(ct_slice text) {
  word_case seen = CASE_OPEN;
  size_t word = 0; /* where the current word begins */
  for (size_t i = 0; i < text.size; i++) {
    uint8_t c = text.data[i];
    if (c == '-') {
      if (i == word) return false;
      word = i + 1;
      seen = CASE_OPEN;
    } else if (!word_takes(&seen, c) || (i == 0 && c <= '9')) {
      return false;
    }
  }
  return text.size > word;
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
