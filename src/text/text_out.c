/* text_out.c - the one way out of all printers. Flows in: pieces of text. Flows out: full buffers, to the sink. */
#include "text/text_out.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

void cti_text_init_plain(cti_text *text, ct_sink sink, uint8_t *buffer, cti_arena *arena) {
  *text = (cti_text){.at = buffer, .end = buffer + CTI_TEXT_BUFFER, .buffer = buffer, .sink = sink, .error = arena->error, .arena = arena};
}

bool cti_text_init(cti_text *text, ct_sink sink, ct_slice indent, cti_arena *arena) {
  uint8_t *buffer = cti_alloc_raw(arena, CTI_TEXT_BUFFER, 1), *indents = cti_alloc_raw(arena, CTI_TEXT_MAX_INDENT, indent.size);
  if (!buffer || !indents) return false;
  cti_text_init_plain(text, sink, buffer, arena);
  text->indent = indents;
  text->indent_size = indent.size;
  for (size_t i = 0; indent.size && i < CTI_TEXT_MAX_INDENT; i++) memcpy(indents + i * indent.size, indent.data, indent.size);
  return true;
}

static void emit(cti_text *text, ct_slice bytes) {
  if (!text->failed && bytes.size) text->failed = text->sink.write(text->sink.user, bytes, text->error) != CT_OK;
}

ct_status cti_text_flush(cti_text *text) {
  emit(text, (ct_slice){text->buffer, (size_t)(text->at - text->buffer)});
  text->at = text->buffer;
  return text->failed ? text->error->status : CT_OK;
}

void cti_text_slow(cti_text *text, const void *data, size_t size) {
  cti_text_flush(text);
  if (size > CTI_TEXT_BUFFER / 2) {
    emit(text, cti_slice(data, size));
    return;
  }
  memcpy(text->at, data, size);
  text->at += size;
}

void cti_text_char(cti_text *text, char c) { cti_text_bytes(text, &c, 1); }

void cti_text_u64(cti_text *text, uint64_t value) {
  char digits[20], *at = digits + sizeof digits;
  do *--at = (char)('0' + value % 10);
  while (value /= 10);
  cti_text_bytes(text, at, (size_t)(digits + sizeof digits - at));
}

void cti_text_i64(cti_text *text, int64_t value) {
  if (value < 0) cti_text_char(text, '-');
  cti_text_u64(text, value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value);
}

void cti_text_hex(cti_text *text, uint64_t value) {
  char digits[16], *at = digits + sizeof digits;
  do *--at = "0123456789abcdef"[value & 15];
  while (value >>= 4);
  cti_text_bytes(text, at, (size_t)(digits + sizeof digits - at));
}

void cti_text_printf(cti_text *text, const char *format, ...) {
  char small[512];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  if (size > 0) cti_text_bytes(text, small, (size_t)size < sizeof small ? (size_t)size : sizeof small - 1);
}

/* ---- strings */

static bool is_plain(uint8_t byte) { return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\'; }

void cti_text_escaped(cti_text *text, ct_slice name) {
  for (size_t at = 0; at < name.size;) {
    size_t run = at;
    while (run < name.size && is_plain(name.data[run])) run++;
    cti_text_slice(text, cti_slice_cut(name, at, run));
    if (run == name.size) return;
    size_t length = 1;
    uint32_t scalar = cti_utf8_decode(cti_slice_cut(name, run, name.size), &length);
    cti_text_lit(text, "\\u{");
    cti_text_hex(text, scalar);
    cti_text_char(text, '}');
    at = run + (length ? length : 1);
  }
}

void cti_text_quoted(cti_text *text, ct_slice name) {
  cti_text_ink(text, CTI_INK_LITERAL);
  cti_text_char(text, '"');
  cti_text_escaped(text, name);
  cti_text_char(text, '"');
  cti_text_plain(text);
}

/* Large segments are most of some modules' text, so bytes go straight into the buffer: three at most for each. */
static void data_piece(cti_text *text, const uint8_t *data, size_t size) {
  if ((size_t)(text->end - text->at) < 3 * size) cti_text_flush(text);
  uint8_t *at = text->at;
  for (size_t i = 0; i < size; i++) {
    if (is_plain(data[i])) {
      *at++ = data[i];
    } else {
      at[0] = '\\';
      at[1] = (uint8_t)"0123456789abcdef"[data[i] >> 4];
      at[2] = (uint8_t)"0123456789abcdef"[data[i] & 15];
      at += 3;
    }
  }
  text->at = at;
}

void cti_text_data(cti_text *text, ct_slice bytes) {
  enum { PIECE = CTI_TEXT_BUFFER / 4 };
  cti_text_ink(text, CTI_INK_LITERAL);
  cti_text_char(text, '"');
  for (size_t at = 0; at < bytes.size && !text->failed; at += PIECE) {
    ct_slice piece = cti_slice_cut(bytes, at, at + PIECE);
    data_piece(text, piece.data, piece.size);
  }
  cti_text_char(text, '"');
  cti_text_plain(text);
}

/* ---- lines and groups */

void cti_text_newline(cti_text *text, uint64_t place) {
  cti_text_char(text, '\n');
  text->line++;
  if (text->offsets && place == CTI_NO_PLACE) {
    cti_text_lit(text, "           ");
  } else if (text->offsets) {
    cti_text_ink(text, CTI_INK_COMMENT);
    cti_text_printf(text, "(;@%-6llx;)", (unsigned long long)place);
    cti_text_plain(text);
  }
  uint32_t depth = text->nesting < CTI_TEXT_MAX_INDENT ? text->nesting : CTI_TEXT_MAX_INDENT;
  if (text->indent_size) cti_text_bytes(text, text->indent, depth * text->indent_size);
}

void cti_text_open(cti_text *text, const char *keyword) {
  cti_text_char(text, '(');
  cti_text_inked(text, CTI_INK_KEYWORD, keyword);
  text->nesting++;
  if (!cti_vec_push(text->arena, &text->group_lines, text->line)) text->failed = true;
}

static bool began_elsewhere(cti_text *text) {
  text->nesting--;
  return text->group_lines.count && text->group_lines.items[--text->group_lines.count] != text->line;
}

void cti_text_close(cti_text *text) {
  if (began_elsewhere(text)) cti_text_newline(text, CTI_NO_PLACE);
  cti_text_char(text, ')');
}

void cti_text_close_at(cti_text *text, uint64_t place) {
  if (began_elsewhere(text) || text->offsets) cti_text_newline(text, place);
  cti_text_char(text, ')');
}

/* ---- colours: each begins with a reset, as terminals' libraries write them */

void cti_text_ink(cti_text *text, cti_ink ink) {
  static const char *const codes[] = {
      [CTI_INK_NAME] = "\x1b[0m\x1b[35m",
      [CTI_INK_LITERAL] = "\x1b[0m\x1b[31m",
      [CTI_INK_KEYWORD] = "\x1b[0m\x1b[1m\x1b[38;5;11m",
      [CTI_INK_TYPE] = "\x1b[0m\x1b[1m\x1b[38;5;10m",
      [CTI_INK_COMMENT] = "\x1b[0m\x1b[36m",
  };
  if (text->color) cti_text_str(text, codes[ink]);
}

void cti_text_plain(cti_text *text) {
  if (text->color) cti_text_lit(text, "\x1b[0m");
}

void cti_text_inked(cti_text *text, cti_ink ink, const char *string) {
  cti_text_ink(text, ink);
  cti_text_str(text, string);
  cti_text_plain(text);
}
