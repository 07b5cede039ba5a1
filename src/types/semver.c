/* semver.c - semantic versions: text to numbers and back, order, and the tracks within which versions are compatible.
 * https://semver.org/spec/v2.0.0.html, https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions */
#include "types/semver.h"

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
static bool is_identifier(uint8_t c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }

/* A number without leading zeros, moved past. */
static bool take_number(ct_slice *text, uint64_t *out) {
  size_t i = 0;
  uint64_t value = 0;
  for (; i < text->size && is_digit(text->data[i]); i++) {
    unsigned digit = text->data[i] - '0';
    if ((i > 0 && value == 0) || value > (UINT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *text = cti_slice_cut(*text, i, text->size);
  *out = value;
  return i > 0;
}

static bool take_byte(ct_slice *text, uint8_t byte) {
  if (text->size == 0 || text->data[0] != byte) return false;
  *text = cti_slice_cut(*text, 1, text->size);
  return true;
}

/* Dot-separated identifiers up to `end` or the end, moved past. Numbers in a pre-release have no leading zeros, in a build they may. */
static bool take_identifiers(ct_slice *text, uint8_t end, bool zeros, ct_slice *out) {
  size_t size = 0, start = 0;
  for (;; size++) {
    bool stop = size == text->size || text->data[size] == end;
    if (!stop && is_identifier(text->data[size])) continue;
    if (!stop && text->data[size] != '.') return false;
    if (size == start) return false;
    bool number = true;
    for (size_t i = start; i < size; i++) number = number && is_digit(text->data[i]);
    if (!zeros && number && size - start > 1 && text->data[start] == '0') return false;
    if (stop) break;
    start = size + 1;
  }
  *out = cti_slice_cut(*text, 0, size);
  *text = cti_slice_cut(*text, size, text->size);
  return true;
}

bool cti_semver_parse(cti_semver *out, ct_slice text) {
  cti_semver version = {.present = true};
  if (!take_number(&text, &version.major) || !take_byte(&text, '.')) return false;
  if (!take_number(&text, &version.minor) || !take_byte(&text, '.')) return false;
  if (!take_number(&text, &version.patch)) return false;
  if (take_byte(&text, '-') && !take_identifiers(&text, '+', false, &version.pre)) return false;
  if (take_byte(&text, '+') && !take_identifiers(&text, 0, true, &version.build)) return false;
  if (text.size) return false;
  *out = version;
  return true;
}

static int cmp_u64(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

static ct_slice take_until_dot(ct_slice *rest) {
  size_t dot = cti_slice_find(*rest, '.', 0);
  ct_slice part = cti_slice_cut(*rest, 0, dot);
  *rest = cti_slice_cut(*rest, dot < rest->size ? dot + 1 : dot, rest->size);
  return part;
}

/* Numbers compare as numbers and come before words; equal numbers by the count of their leading zeros (builds alone have such). */
static int cmp_identifier(ct_slice a, ct_slice b) {
  bool number_a = true, number_b = true;
  for (size_t i = 0; i < a.size; i++) number_a = number_a && is_digit(a.data[i]);
  for (size_t i = 0; i < b.size; i++) number_b = number_b && is_digit(b.data[i]);
  if (number_a != number_b) return number_a ? -1 : 1;
  if (!number_a) return cti_slice_cmp(a, b);
  size_t zeros_a = 0, zeros_b = 0;
  while (zeros_a < a.size && a.data[zeros_a] == '0') zeros_a++;
  while (zeros_b < b.size && b.data[zeros_b] == '0') zeros_b++;
  if (a.size - zeros_a != b.size - zeros_b) return a.size - zeros_a < b.size - zeros_b ? -1 : 1;
  int by_value = cti_slice_cmp(cti_slice_cut(a, zeros_a, a.size), cti_slice_cut(b, zeros_b, b.size));
  return by_value ? by_value : cmp_u64(a.size, b.size);
}

static int cmp_identifiers(ct_slice a, ct_slice b) {
  while (a.size && b.size) {
    int order = cmp_identifier(take_until_dot(&a), take_until_dot(&b));
    if (order) return order;
  }
  return a.size ? 1 : b.size ? -1 : 0;
}

int cti_semver_cmp(const cti_semver *a, const cti_semver *b) {
  if (!a->present || !b->present) return (int)a->present - (int)b->present;
  int order = cmp_u64(a->major, b->major);
  if (!order) order = cmp_u64(a->minor, b->minor);
  if (!order) order = cmp_u64(a->patch, b->patch);
  if (!order && (a->pre.size == 0) != (b->pre.size == 0)) order = a->pre.size ? -1 : 1; /* a pre-release comes before its release */
  if (!order) order = cmp_identifiers(a->pre, b->pre);
  return order ? order : cmp_identifiers(a->build, b->build);
}

#define MAX_NUMBERS 62 /* three of 20 digits and two dots */

static size_t put_number(uint8_t *out, uint64_t value) {
  uint8_t digits[20];
  size_t count = 0;
  do digits[count++] = (uint8_t)('0' + value % 10);
  while ((value /= 10) != 0);
  for (size_t i = 0; i < count; i++) out[i] = digits[count - 1 - i];
  return count;
}

/* By hand: names with versions are made in numbers, and formatting is slow. */
static size_t put_numbers(uint8_t *out, const cti_semver *version) {
  size_t size = put_number(out, version->major);
  out[size++] = '.';
  size += put_number(out + size, version->minor);
  out[size++] = '.';
  return size + put_number(out + size, version->patch);
}

void cti_semver_write(const cti_semver *version, cti_buf *out) {
  uint8_t numbers[MAX_NUMBERS];
  cti_buf_bytes(out, cti_slice(numbers, put_numbers(numbers, version)));
  if (version->pre.size) {
    cti_buf_u8(out, '-');
    cti_buf_bytes(out, version->pre);
  }
  if (version->build.size) {
    cti_buf_u8(out, '+');
    cti_buf_bytes(out, version->build);
  }
}

static size_t put_part(uint8_t *out, uint8_t mark, ct_slice part) {
  if (part.size == 0) return 0;
  out[0] = mark;
  memcpy(out + 1, part.data, part.size);
  return part.size + 1;
}

ct_slice cti_semver_text(cti_arena *arena, const cti_semver *version) {
  uint8_t *text = cti_alloc(arena, MAX_NUMBERS + version->pre.size + version->build.size + 2);
  if (!text) return (ct_slice){0};
  size_t size = put_numbers(text, version);
  size += put_part(text + size, '-', version->pre);
  size += put_part(text + size, '+', version->build);
  return cti_slice(text, size);
}

bool cti_semver_compatible(const cti_semver *a, const cti_semver *b) {
  if (!a->present || !b->present) return a->present == b->present;
  if (a->major != b->major || !cti_slice_eq(a->pre, b->pre)) return false;
  if (a->pre.size == 0 && a->major) return true;
  if (a->minor != b->minor) return false;
  return (a->pre.size == 0 && a->minor) || a->patch == b->patch;
}

ct_slice cti_semver_track(cti_arena *arena, const cti_semver *version, ct_slice *suffix) {
  ct_slice text = cti_semver_text(arena, version);
  size_t split = text.size - (version->build.size ? version->build.size + 1 : 0);
  if (version->pre.size == 0 && version->major) split = cti_slice_find(text, '.', 0);
  else if (version->pre.size == 0 && version->minor) split = cti_slice_find(text, '.', cti_slice_find(text, '.', 0) + 1);
  *suffix = cti_slice_cut(text, split, text.size);
  return cti_slice_cut(text, 0, split);
}
