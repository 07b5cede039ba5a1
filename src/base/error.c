/* error.c - filling and printing ct_error. All text goes into fixed arrays: describing a failure needs no memory and cannot fail. */
#include "base/error.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"

typedef struct status_info {
  ct_status status;
  ct_error_class class;
  const char *name, *story;
} status_info;

static const status_info statuses[] = {
#define CT_E(symbol, number, class, name, story) {number, CT_CLASS_##class, name, story},
#include "base/errors.def"
#undef CT_E
};

static const status_info *info_of(ct_status status) {
  for (size_t i = 0; i < CTI_COUNT(statuses); i++)
    if (statuses[i].status == status) return &statuses[i];
  return NULL;
}

ct_error_class ct_status_class(ct_status status) {
  const status_info *info = info_of(status);
  return info ? info->class : CT_CLASS_NONE;
}

const char *ct_status_name(ct_status status) {
  const status_info *info = info_of(status);
  return info ? info->name : "unknown";
}

const char *ct_status_story(ct_status status) {
  const status_info *info = info_of(status);
  return info ? info->story : "unknown";
}

const char *ct_version(void) { return CT_VERSION; }

void ct_error_clear(ct_error *error) { *error = (ct_error){.offset = CT_NO_OFFSET}; }

ct_status cti_fail(ct_error *error, ct_status status, uint64_t offset, const char *format, ...) {
  if (error->status != CT_OK) return error->status;
  ct_error_clear(error);
  error->status = status;
  error->offset = offset;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return status;
}

void cti_error_hint(ct_error *error, const char *format, ...) {
  if (error->status == CT_OK || error->hint[0]) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->hint, sizeof error->hint, format, arguments);
  va_end(arguments);
}

void cti_error_hint_more(ct_error *error, const char *format, ...) {
  size_t used = strlen(error->hint);
  if (error->status == CT_OK || used + 2 > sizeof error->hint) return;
  if (used) error->hint[used++] = '\n';
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->hint + used, sizeof error->hint - used, format, arguments);
  va_end(arguments);
}

void cti_error_trail(ct_error *error, const char *format, ...) {
  if (error->status == CT_OK) return;
  char inner[sizeof error->trail], step[sizeof error->trail];
  memcpy(inner, error->trail, sizeof inner);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(step, sizeof step, format, arguments);
  va_end(arguments);
  size_t used = strlen(step);
  memcpy(error->trail, step, used + 1);
  if (!inner[0] || used + 3 >= sizeof error->trail) return;
  memcpy(error->trail + used, " > ", 3); /* by hand: gcc takes a cut that is meant for one that is not */
  used += 3;
  size_t more = strlen(inner), room = sizeof error->trail - 1 - used;
  memcpy(error->trail + used, inner, more < room ? more : room);
  error->trail[used + (more < room ? more : room)] = 0;
}

void cti_error_file(ct_error *error, ct_slice path) {
  if (error->status != CT_OK && !error->file[0]) snprintf(error->file, sizeof error->file, "%.*s", CTI_S(path));
}

static uint32_t count_scalars(ct_slice text) {
  uint32_t count = 0;
  for (size_t i = 0; i < text.size; i++) count += (text.data[i] & 0xc0) != 0x80;
  return count;
}

void cti_error_place_text(ct_error *error, ct_slice text, size_t at, size_t size) {
  if (error->status == CT_OK || error->line) return;
  if (at > text.size) at = text.size;
  size_t start = 0;
  error->line = 1;
  for (size_t i = 0; i < at; i++)
    if (text.data[i] == '\n') {
      error->line++;
      start = i + 1;
    }
  size_t end = cti_slice_find(text, '\n', start);
  error->column = count_scalars(cti_slice_cut(text, start, at)) + 1;
  error->span = count_scalars(cti_slice_cut(text, at, at + size < end ? at + size : end));
  if (error->span == 0) error->span = 1;
  ct_slice line = cti_slice_cut(text, start, end);
  if (line.size >= sizeof error->source) line.size = cti_utf8_valid_prefix(cti_slice_cut(line, 0, sizeof error->source - 1));
  if (line.size) memcpy(error->source, line.data, line.size);
  error->source[line.size] = 0;
}

/* The name of a file is any bytes but NUL: what is not UTF-8, or would steer a terminal, is written as \n or \xNN. */
static void print_name(const char *name, ct_buf *out) {
  ct_slice left = cti_slice_str(name);
  for (size_t length; left.size; left = cti_slice_cut(left, length ? length : 1, left.size)) {
    uint32_t scalar = cti_utf8_decode(left, &length);
    if (length && scalar >= 0x20 && (scalar < 0x7f || scalar >= 0xa0)) cti_buf_bytes(out, cti_slice_cut(left, 0, length));
    else if (length && scalar == '\n') cti_buf_str(out, "\\n");
    else for (size_t i = 0; i < (length ? length : 1); i++) cti_buf_printf(out, "\\x%02x", left.data[i]);
  }
}

static void print_place(const ct_error *error, ct_buf *out) {
  if (!error->file[0] && error->line == 0 && error->offset == CT_NO_OFFSET && !error->trail[0]) return;
  cti_buf_str(out, "\n  --> ");
  const char *comma = "";
  if (error->file[0]) {
    print_name(error->file, out);
    comma = ", ";
  }
  if (error->line) {
    cti_buf_printf(out, "%s%" PRIu32 ":%" PRIu32, error->file[0] ? ":" : "line ", error->line, error->column);
    comma = ", ";
  } else if (error->offset != CT_NO_OFFSET) {
    cti_buf_printf(out, "%sat offset 0x%" PRIx64, comma, error->offset);
    comma = ", ";
  }
  if (error->trail[0]) cti_buf_printf(out, "%sin %s", comma, error->trail);
}

/* The source line and a caret under what is meant; tabs stay tabs, so that the caret lines up. */
static void print_source(const ct_error *error, ct_buf *out) {
  if (error->line == 0 || (!error->source[0] && error->column > 1)) return;
  char number[16];
  int width = snprintf(number, sizeof number, "%" PRIu32, error->line);
  cti_buf_printf(out, "\n %*s |\n %s | %s\n %*s | ", width, "", number, error->source, width, "");
  ct_slice line = cti_slice_str(error->source);
  for (uint32_t column = 1; column < error->column && line.size; column++) {
    size_t length = 1;
    cti_utf8_decode(line, &length);
    cti_buf_u8(out, line.data[0] == '\t' ? '\t' : ' ');
    line = cti_slice_cut(line, length ? length : 1, line.size);
  }
  cti_buf_fill(out, '^', error->span ? error->span : 1);
}

static void print_hint(const char *hint, ct_buf *out) {
  if (!hint[0]) return;
  cti_buf_str(out, "\n  = ");
  for (; *hint; hint++) {
    cti_buf_u8(out, (uint8_t)*hint);
    if (*hint == '\n') cti_buf_str(out, "    ");
  }
}

/* Names and source lines come from the input, and messages go to terminals: what would steer one (C0, DEL, C1 in UTF-8), or is not UTF-8, becomes a question mark of as many bytes. */
static void tame(uint8_t *at, size_t size) {
  for (size_t good = 0; (good += cti_utf8_valid_prefix(cti_slice(at + good, size - good))) < size;) at[good] = '?';
  for (size_t i = 0; i < size; i++) {
    bool line_end = at[i] == '\n' || (at[i] == '\r' && i + 1 < size && at[i + 1] == '\n');
    if ((at[i] < 0x20 && at[i] != '\t' && !line_end) || at[i] == 0x7f) at[i] = '?';
    if (at[i] == 0xc2 && i + 1 < size && at[i + 1] >= 0x80 && at[i + 1] < 0xa0) at[i + 1] = 0xbf; /* an inverted one */
  }
}

void ct_error_print(const ct_error *error, ct_buf *out) {
  size_t start = out->size;
  cti_buf_printf(out, "error: %s", error->message);
  print_place(error, out);
  print_source(error, out);
  print_hint(error->hint, out);
  cti_buf_u8(out, '\n');
  if (!out->failed) tame(out->data + start, out->size - start);
}

static void json_text(cti_json *json, const char *key, const char *value) {
  if (value[0]) cti_json_member_str(json, key, value);
}

void ct_error_print_json(const ct_error *error, ct_buf *out) {
  cti_json json = cti_json_make(out, 0);
  cti_json_open(&json, '{');
  json_text(&json, "severity", "error");
  cti_json_member_uint(&json, "code", (uint64_t)error->status);
  json_text(&json, "name", ct_status_name(error->status));
  json_text(&json, "message", error->message);
  json_text(&json, "file", error->file);
  if (error->line) {
    cti_json_member_uint(&json, "line", error->line);
    cti_json_member_uint(&json, "column", error->column);
  } else if (error->offset != CT_NO_OFFSET) {
    cti_json_member_uint(&json, "offset", error->offset);
  }
  json_text(&json, "trail", error->trail);
  json_text(&json, "source", error->source);
  json_text(&json, "hint", error->hint);
  cti_json_close(&json, '}');
  cti_buf_u8(out, '\n');
}

void ct_notice_print_json(const char *severity, const char *text, const char *file, ct_buf *out) {
  cti_json json = cti_json_make(out, 0);
  cti_json_open(&json, '{');
  json_text(&json, "severity", severity);
  json_text(&json, "message", text);
  json_text(&json, "file", file ? file : "");
  cti_json_close(&json, '}');
  cti_buf_u8(out, '\n');
}
