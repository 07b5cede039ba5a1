/* buf.c - growing output. A failed growth marks the buffer; what is written afterwards is dropped, and cti_buf_check says so at the end. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

void ct_buf_free(ct_buf *buf) {
  cti_free(buf->data);
  *buf = (ct_buf){0};
}

static bool reserve(cti_buf *buf, size_t more) {
  if (buf->failed) return false;
  if (more <= buf->capacity - buf->size) return true;
  size_t wanted = buf->size + more;
  size_t capacity = buf->capacity ? buf->capacity + buf->capacity / 2 : 256;
  if (capacity < wanted) capacity = wanted;
  uint8_t *data = wanted < more ? NULL : cti_realloc(buf->data, capacity);
  if (!data) {
    buf->failed = true;
    return false;
  }
  buf->data = data;
  buf->capacity = capacity;
  return true;
}

void cti_buf_expect(cti_buf *buf, size_t size) { reserve(buf, size); }

uint8_t *cti_buf_extend(cti_buf *buf, size_t size) {
  if (!reserve(buf, size)) return NULL;
  uint8_t *at = buf->data + buf->size;
  buf->size += size;
  return at;
}

void cti_buf_u8(cti_buf *buf, uint8_t byte) {
  if (buf->size < buf->capacity && !buf->failed) {
    buf->data[buf->size++] = byte;
  } else if (reserve(buf, 1)) {
    buf->data[buf->size++] = byte;
  }
}

void cti_buf_u32_fixed(cti_buf *buf, uint32_t value) {
  for (int i = 0; i < 4; i++) cti_buf_u8(buf, (uint8_t)(value >> (8 * i)));
}

void cti_buf_bytes(cti_buf *buf, ct_slice bytes) {
  uint8_t *at = bytes.size ? cti_buf_extend(buf, bytes.size) : NULL;
  if (at) memcpy(at, bytes.data, bytes.size);
}

ct_status ct_buf_append(ct_buf *buf, ct_slice bytes, ct_error *error) {
  cti_buf_bytes(buf, bytes);
  return cti_buf_check(buf, error);
}

void cti_buf_str(cti_buf *buf, const char *string) { cti_buf_bytes(buf, cti_slice_str(string)); }

void cti_buf_printf(cti_buf *buf, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  char small[256];
  int size = vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  if (size >= 0 && (size_t)size < sizeof small) {
    cti_buf_bytes(buf, cti_slice(small, (size_t)size));
  } else if (size >= 0 && reserve(buf, (size_t)size + 1)) {
    vsnprintf((char *)buf->data + buf->size, (size_t)size + 1, format, again);
    buf->size += (size_t)size;
  }
  va_end(again);
}

void cti_buf_decimal(cti_buf *buf, uint64_t value) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + value % 10);
  while (value /= 10);
  cti_buf_bytes(buf, cti_slice(digits + at, sizeof digits - at));
}

void cti_buf_fill(cti_buf *buf, uint8_t byte, size_t count) {
  uint8_t *at = count ? cti_buf_extend(buf, count) : NULL;
  if (at) memset(at, byte, count);
}

void cti_buf_uleb(cti_buf *buf, uint64_t value) {
  while (value >= 0x80) {
    cti_buf_u8(buf, (uint8_t)(value | 0x80));
    value >>= 7;
  }
  cti_buf_u8(buf, (uint8_t)value);
}

void cti_buf_sleb(cti_buf *buf, int64_t value) {
  for (;;) {
    uint8_t low = (uint8_t)((uint64_t)value & 0x7f);
    bool sign = (low & 0x40) != 0;
    value = value < 0 ? ~(~value >> 7) : value >> 7; /* an arithmetic shift, which C leaves to the implementation */
    if ((value == 0 && !sign) || (value == -1 && sign)) {
      cti_buf_u8(buf, low);
      return;
    }
    cti_buf_u8(buf, low | 0x80);
  }
}

uint32_t cti_uleb_size(uint64_t value) {
  uint32_t size = 1;
  while (value >>= 7) size++;
  return size;
}

uint32_t cti_sleb_size(int64_t value) {
  uint32_t size = 1;
  for (; value < -64 || value > 63; value >>= 7) size++;
  return size;
}

void cti_buf_name(cti_buf *buf, ct_slice name) {
  cti_buf_uleb(buf, name.size);
  cti_buf_bytes(buf, name);
}

size_t cti_buf_open(cti_buf *buf) { return buf->size; }

void cti_buf_close(cti_buf *buf, size_t mark) {
  if (buf->failed) return;
  size_t size = buf->size - mark, leb = 1;
  for (size_t rest = size >> 7; rest; rest >>= 7) leb++;
  if (!cti_buf_extend(buf, leb)) return;
  memmove(buf->data + mark + leb, buf->data + mark, size);
  for (size_t i = 0, rest = size; i < leb; i++, rest >>= 7) buf->data[mark + i] = (uint8_t)((rest & 0x7f) | (i + 1 < leb ? 0x80 : 0));
}

void cti_buf_truncate(cti_buf *buf, size_t size) {
  if (size < buf->size) buf->size = size;
}

ct_status cti_buf_check(const cti_buf *buf, ct_error *error) {
  return buf->failed ? cti_fail(error, CT_NOMEM, CT_NO_OFFSET, "out of memory while writing the output (%zu bytes so far)", buf->size) : CT_OK;
}

ct_slice cti_take(cti_buf *scratch, cti_arena *arena) {
  ct_slice out = {NULL, 0};
  if (cti_buf_check(scratch, arena->error) == CT_OK) out = cti_copy(arena, cti_buf_slice(scratch));
  ct_buf_free(scratch);
  return out;
}
