/* json.c - JSON text as RFC 8259 has it, written straight into a buffer: no tree is built, so memory is that of the output. */
#include "base/json.h"

#include "base/utf8.h"

cti_json cti_json_make(cti_buf *out, uint32_t indent) { return (cti_json){.out = out, .indent = indent, .first = true}; }

static void line_break(cti_json *json) {
  if (json->indent == 0) return;
  cti_buf_u8(json->out, '\n');
  cti_buf_fill(json->out, ' ', (size_t)json->indent * json->depth);
}

/* What stands before a value or a key: nothing after a key or at the top, else a comma and a new line. */
static void before(cti_json *json) {
  if (json->after_key) {
    json->after_key = false;
    return;
  }
  if (!json->first) cti_buf_u8(json->out, ',');
  if (json->depth > 0) line_break(json);
  json->first = false;
}

void cti_json_open(cti_json *json, char bracket) {
  before(json);
  cti_buf_u8(json->out, (uint8_t)bracket);
  json->depth++;
  json->first = true;
}

void cti_json_close(cti_json *json, char bracket) {
  json->depth--;
  if (!json->first) line_break(json);
  cti_buf_u8(json->out, (uint8_t)bracket);
  json->first = false;
}

static void escaped(cti_buf *out, uint32_t scalar) {
  static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
  for (const char *name = names; *name; name += 2)
    if (scalar == (uint8_t)name[0]) {
      cti_buf_u8(out, '\\');
      cti_buf_u8(out, (uint8_t)name[1]);
      return;
    }
  if (scalar < 0x20) {
    cti_buf_printf(out, "\\u%04x", (unsigned)scalar);
    return;
  }
  uint8_t bytes[4];
  cti_buf_bytes(out, cti_slice(bytes, cti_utf8_encode(scalar, bytes)));
}

static void quoted(cti_json *json, ct_slice value) {
  cti_buf_u8(json->out, '"');
  while (value.size) {
    size_t plain = 0;
    while (plain < value.size && value.data[plain] >= 0x20 && value.data[plain] < 0x80 && value.data[plain] != '"' && value.data[plain] != '\\') plain++;
    cti_buf_bytes(json->out, cti_slice_cut(value, 0, plain));
    value = cti_slice_cut(value, plain, value.size);
    if (value.size == 0) break;
    size_t length;
    uint32_t scalar = cti_utf8_decode(value, &length);
    escaped(json->out, length ? scalar : 0xfffd);
    value = cti_slice_cut(value, length ? length : 1, value.size);
  }
  cti_buf_u8(json->out, '"');
}

void cti_json_key_slice(cti_json *json, ct_slice key) {
  before(json);
  quoted(json, key);
  cti_buf_str(json->out, json->indent ? ": " : ":");
  json->after_key = true;
}

void cti_json_key(cti_json *json, const char *key) { cti_json_key_slice(json, cti_slice_str(key)); }

void cti_json_string(cti_json *json, ct_slice value) {
  before(json);
  quoted(json, value);
}

void cti_json_str(cti_json *json, const char *value) { cti_json_string(json, cti_slice_str(value)); }

void cti_json_uint(cti_json *json, uint64_t value) {
  before(json);
  cti_buf_printf(json->out, "%llu", (unsigned long long)value);
}

void cti_json_int(cti_json *json, int64_t value) {
  before(json);
  cti_buf_printf(json->out, "%lld", (long long)value);
}

void cti_json_bool(cti_json *json, bool value) {
  before(json);
  cti_buf_str(json->out, value ? "true" : "false");
}

void cti_json_null(cti_json *json) {
  before(json);
  cti_buf_str(json->out, "null");
}

void cti_json_member(cti_json *json, const char *key, ct_slice value) {
  cti_json_key(json, key);
  cti_json_string(json, value);
}

void cti_json_member_str(cti_json *json, const char *key, const char *value) { cti_json_member(json, key, cti_slice_str(value)); }

void cti_json_member_uint(cti_json *json, const char *key, uint64_t value) {
  cti_json_key(json, key);
  cti_json_uint(json, value);
}

void cti_json_member_open(cti_json *json, const char *key, char bracket) {
  cti_json_key(json, key);
  cti_json_open(json, bracket);
}

void cti_json_member_strings(cti_json *json, const char *key, const ct_slice *values, uint32_t count) {
  cti_json_member_open(json, key, '[');
  for (uint32_t i = 0; i < count; i++) cti_json_string(json, values[i]);
  cti_json_close(json, ']');
}
