/* cursor.c - bounded reading with a sticky failure. All lengths are compared with what is left, never by moving a pointer past the end. */
#include "base/cursor.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

cti_cursor cti_cursor_make(ct_slice bytes, uint64_t base, ct_error *error) {
  static const uint8_t nothing[1];
  const uint8_t *data = bytes.data ? bytes.data : nothing;
  return (cti_cursor){data, data + bytes.size, data, base, error, false};
}

CTI_COLD static ct_status fail_va(cti_cursor *c, ct_status status, uint64_t offset, const char *format, va_list arguments) {
  char message[sizeof c->error->message];
  vsnprintf(message, sizeof message, format, arguments);
  c->failed = true;
  c->at = c->end;
  return cti_fail(c->error, status, offset, "%s", message);
}

ct_status cti_cursor_fail(cti_cursor *c, ct_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  ct_status result = fail_va(c, status, cti_cursor_offset(c), format, arguments);
  va_end(arguments);
  return result;
}

ct_status cti_cursor_fail_at(cti_cursor *c, ct_status status, uint64_t offset, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  ct_status result = fail_va(c, status, offset, format, arguments);
  va_end(arguments);
  return result;
}

static void fail_end(cti_cursor *c, size_t wanted) {
  if (c->failed) return;
  cti_cursor_fail(c, CT_CORE_END, "unexpected end: %zu byte%s expected here, %zu left", wanted, wanted == 1 ? "" : "s", cti_cursor_left(c));
}

uint8_t cti_cursor_u8(cti_cursor *c) {
  if (CTI_LIKELY(c->at < c->end)) return *c->at++;
  fail_end(c, 1);
  return 0;
}

uint8_t cti_cursor_peek(const cti_cursor *c) { return c->at < c->end ? *c->at : 0; }

uint32_t cti_cursor_u32_fixed(cti_cursor *c) {
  ct_slice bytes = cti_cursor_bytes(c, 4);
  uint32_t value = 0;
  for (size_t i = 0; i < bytes.size; i++) value |= (uint32_t)bytes.data[i] << (8 * i);
  return value;
}

uint64_t cti_cursor_u64_fixed(cti_cursor *c) {
  uint64_t low = cti_cursor_u32_fixed(c);
  return low | (uint64_t)cti_cursor_u32_fixed(c) << 32;
}

/* An integer of `bits` bits. The last byte that may come holds bits % 7 of them (or 7); the others must be zero, or copies of the sign. */
static uint64_t leb(cti_cursor *c, unsigned bits, bool is_signed) {
  const uint8_t *start = c->at;
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (c->at == c->end) {
      fail_end(c, 1);
      return 0;
    }
    uint8_t byte = *c->at++;
    value |= (uint64_t)(byte & 0x7f) << shift;
    unsigned used = bits - shift; /* bits of this byte that belong to the value, when it is the last that may come */
    if (used <= 7) {
      unsigned rest = (byte & 0x7fu) >> (is_signed ? used - 1 : used);
      unsigned all = 0x7fu >> (is_signed ? used - 1 : used);
      bool too_long = (byte & 0x80) != 0;
      if (too_long || !(rest == 0 || (is_signed && rest == all))) {
        cti_cursor_fail_at(c, CT_CORE_LEB, c->base + (uint64_t)(start - c->start), too_long ? "invalid LEB128: more than %u bytes for a%s %u-bit integer" : "invalid LEB128: byte %u of a%s %u-bit integer has bits beyond its size",
                           (bits + 6) / 7, is_signed ? " signed" : "n unsigned", bits);
        return 0;
      }
    }
    if (!(byte & 0x80)) {
      if (is_signed && (byte & 0x40) && shift + 7 < 64) value |= ~(uint64_t)0 << (shift + 7);
      return value;
    }
  }
}

uint32_t cti_cursor_u32(cti_cursor *c) {
  if (CTI_LIKELY(c->at < c->end && *c->at < 0x80)) return *c->at++;
  return (uint32_t)leb(c, 32, false);
}

uint64_t cti_cursor_u64(cti_cursor *c) {
  if (CTI_LIKELY(c->at < c->end && *c->at < 0x80)) return *c->at++;
  return leb(c, 64, false);
}

/* Two's complement without relying on the implementation's conversion. */
static int64_t to_signed(uint64_t value) { return value >> 63 ? -(int64_t)(~value) - 1 : (int64_t)value; }

int32_t cti_cursor_s32(cti_cursor *c) { return (int32_t)to_signed(leb(c, 32, true)); }
int64_t cti_cursor_s33(cti_cursor *c) { return to_signed(leb(c, 33, true)); }
int64_t cti_cursor_s64(cti_cursor *c) { return to_signed(leb(c, 64, true)); }

uint32_t cti_cursor_count(cti_cursor *c, const char *what) {
  uint64_t offset = cti_cursor_offset(c);
  uint32_t count = cti_cursor_u32(c);
  if (count > cti_cursor_left(c)) {
    cti_cursor_fail_at(c, CT_CORE_END, offset, "unexpected end: %u %s are announced, but only %zu bytes are left", count, what, cti_cursor_left(c));
    return 0;
  }
  return count;
}

ct_slice cti_cursor_bytes(cti_cursor *c, size_t size) {
  if (size > cti_cursor_left(c)) {
    fail_end(c, size);
    return (ct_slice){NULL, 0};
  }
  ct_slice bytes = {c->at, size};
  c->at += size;
  return bytes;
}

ct_slice cti_cursor_rest(cti_cursor *c) { return cti_cursor_bytes(c, cti_cursor_left(c)); }

ct_slice cti_cursor_name(cti_cursor *c) {
  uint32_t size = cti_cursor_u32(c);
  uint64_t offset = cti_cursor_offset(c);
  ct_slice name = cti_cursor_bytes(c, size);
  size_t valid = cti_utf8_valid_prefix(name);
  if (valid == name.size) return name;
  cti_cursor_fail_at(c, CT_CORE_UTF8, offset + valid, "malformed UTF-8 encoding in a name of %zu bytes, at its byte %zu", name.size, valid);
  return (ct_slice){NULL, 0};
}

cti_cursor cti_cursor_sub(cti_cursor *c, size_t size) {
  uint64_t offset = cti_cursor_offset(c);
  ct_slice bytes = cti_cursor_bytes(c, size);
  cti_cursor sub = cti_cursor_make(bytes, offset, c->error);
  sub.failed = c->failed;
  return sub;
}

ct_status cti_cursor_expect_end(cti_cursor *c, const char *what) {
  if (c->failed) return c->error->status;
  if (c->at == c->end) return CT_OK;
  return cti_cursor_fail(c, CT_CORE_SECTION, "%zu unexpected byte%s after the end of %s", cti_cursor_left(c), cti_cursor_left(c) == 1 ? "" : "s", what);
}
