/* json_read.c - JSON text, pulled value by value: no tree, no recursion; what the caller does not ask for is a failure of form. */
#include "base/json_read.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

cti_json_reader cti_json_reader_make(ct_slice text, uint64_t base, ct_status status, cti_arena *arena) {
  return (cti_json_reader){.text = text, .base = base, .arena = arena, .status = status};
}

ct_status cti_json_read_fail(cti_json_reader *r, const char *format, ...) {
  char message[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  if (!r->failed) cti_fail(r->arena->error, r->status, r->base + r->at, "%s", message);
  r->failed = true;
  r->at = r->text.size;
  return r->arena->error->status;
}

uint8_t cti_json_peek(cti_json_reader *r) {
  while (r->at < r->text.size && memchr(" \t\r\n", r->text.data[r->at], 4)) r->at++;
  return r->at < r->text.size ? r->text.data[r->at] : 0;
}

static bool accept(cti_json_reader *r, uint8_t byte) {
  if (cti_json_peek(r) != byte || byte == 0) return false;
  r->at++;
  return true;
}

static void expect(cti_json_reader *r, uint8_t byte, const char *where) {
  if (!accept(r, byte)) cti_json_read_fail(r, "expected `%c` %s in JSON", byte, where);
}

void cti_json_read_object(cti_json_reader *r) { expect(r, '{', "at the start of an object"); }

bool cti_json_read_key(cti_json_reader *r, bool *first, ct_slice *key) {
  if (r->failed || accept(r, '}')) return false;
  if (!*first) expect(r, ',', "between the members of an object");
  *first = false;
  *key = cti_json_read_string(r);
  expect(r, ':', "after a key");
  return !r->failed;
}

bool cti_json_read_null(cti_json_reader *r) {
  if (cti_json_peek(r) != 'n') return false;
  if (r->text.size - r->at < 4 || memcmp(r->text.data + r->at, "null", 4) != 0) {
    cti_json_read_fail(r, "expected a JSON value");
    return false;
  }
  r->at += 4;
  return true;
}

/* ---- strings */

static uint32_t hex4(cti_json_reader *r) {
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) {
    uint8_t byte = r->at < r->text.size ? r->text.data[r->at] : 0;
    const char *digits = "0123456789abcdef0123456789ABCDEF", *hit = byte ? strchr(digits, byte) : NULL;
    if (!hit) {
      cti_json_read_fail(r, "expected four hexadecimal digits after \\u in JSON");
      return 0;
    }
    value = value << 4 | ((uint32_t)(hit - digits) & 15);
    r->at++;
  }
  return value;
}

/* What follows a backslash; `r->at` stands behind it. */
static uint32_t escape(cti_json_reader *r) {
  static const char names[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
  uint8_t byte = r->at < r->text.size ? r->text.data[r->at++] : 0;
  for (const char *name = names; *name; name += 2)
    if (byte == (uint8_t)name[0]) return (uint8_t)name[1];
  if (byte != 'u') {
    cti_json_read_fail(r, "unknown escape in a JSON string");
    return 0;
  }
  uint32_t scalar = hex4(r);
  if (scalar < 0xd800 || scalar > 0xdfff) return scalar;
  bool paired = scalar < 0xdc00 && r->text.size - r->at >= 2 && r->text.data[r->at] == '\\' && r->text.data[r->at + 1] == 'u';
  if (paired) r->at += 2;
  uint32_t low = paired ? hex4(r) : 0;
  if (low < 0xdc00 || low > 0xdfff) cti_json_read_fail(r, "a surrogate stands alone in a JSON string");
  return 0x10000 + ((scalar - 0xd800) << 10) + (low - 0xdc00);
}

/* Copies the string [from, end), which has escapes. Unescaped text is never longer than its source. */
static ct_slice unescaped(cti_json_reader *r, size_t from, size_t end) {
  uint8_t *out = cti_alloc_raw(r->arena, end - from, 1);
  size_t count = 0;
  if (!out) r->failed = true;
  r->at = from;
  while (!r->failed && r->at < end) {
    uint8_t byte = r->text.data[r->at++];
    if (byte != '\\') {
      out[count++] = byte;
    } else {
      uint32_t scalar = escape(r);
      if (!r->failed) count += cti_utf8_encode(scalar, out + count);
    }
  }
  return r->failed ? (ct_slice){NULL, 0} : cti_slice(out, count);
}

ct_slice cti_json_read_string(cti_json_reader *r) {
  expect(r, '"', "at the start of a string");
  size_t from = r->at, end = from;
  bool escapes = false;
  while (end < r->text.size && r->text.data[end] != '"' && r->text.data[end] >= 0x20) {
    bool escaped = r->text.data[end] == '\\';
    escapes |= escaped;
    end += escaped ? 2 : 1;
  }
  if (r->failed) return (ct_slice){NULL, 0};
  if (end >= r->text.size || r->text.data[end] != '"') {
    cti_json_read_fail(r, "a JSON string does not end");
    return (ct_slice){NULL, 0};
  }
  ct_slice value = {r->text.data + from, end - from};
  if (!cti_utf8_valid(value)) {
    cti_json_read_fail(r, "a JSON string is not valid UTF-8");
    return (ct_slice){NULL, 0};
  }
  if (escapes) value = unescaped(r, from, end);
  if (!r->failed) r->at = end + 1;
  return value;
}

ct_status cti_json_read_end(cti_json_reader *r) {
  if (!r->failed && cti_json_peek(r) != 0) cti_json_read_fail(r, "there is more after the JSON value");
  if (!r->failed && r->at != r->text.size) cti_json_read_fail(r, "there is more after the JSON value");
  return r->failed ? r->arena->error->status : CT_OK;
}
