/* dump.c - ct_dump: offsets and bytes beside what they mean. Flows in: a binary. Flows out: lines, as the bytes are read; a broken file is shown up to the
 * break. */
#include "text/dump.h"

#include "base/json.h"
#include "core/framing.h"
#include "core/maker.h"
#include "ctool/text.h"

enum { ROW = 4 }; /* bytes on a line */

static void indent(cti_dump *d) {
  for (uint32_t i = 1; i < d->nesting; i++) cti_text_lit(&d->text, "  ");
}

static void blanks(cti_dump *d, int count) {
  for (; count > 0; count--) cti_text_char(&d->text, ' ');
}

static void offset(cti_dump *d) {
  int digits = 1;
  for (uint64_t rest = d->at >> 4; rest; rest >>= 4) digits++;
  indent(d);
  blanks(d, d->width - digits);
  cti_text_lit(&d->text, "0x");
  cti_text_hex(&d->text, d->at);
  cti_text_lit(&d->text, " |");
}

/* One object on a line: what is skipped has no bytes. */
static void show_json(cti_dump *d, uint64_t end, bool with_bytes) {
  cti_buf out = {0}, digits = {0};
  cti_json json = cti_json_make(&out, 0);
  ct_slice bytes = cti_slice_cut(d->bytes, d->at, end);
  for (size_t i = 0; with_bytes && i < bytes.size; i++) {
    cti_buf_u8(&digits, (uint8_t)"0123456789abcdef"[bytes.data[i] >> 4]);
    cti_buf_u8(&digits, (uint8_t)"0123456789abcdef"[bytes.data[i] & 15]);
  }
  cti_json_open(&json, '{');
  cti_json_member_uint(&json, "offset", d->at);
  cti_json_member_uint(&json, "depth", d->nesting - 1);
  if (with_bytes) cti_json_member(&json, "bytes", cti_buf_slice(&digits));
  cti_json_member(&json, "what", cti_buf_slice(&d->what));
  cti_json_close(&json, '}');
  cti_buf_u8(&out, '\n');
  d->what.failed |= out.failed | digits.failed;
  if (!d->what.failed) cti_text_slice(&d->text, cti_buf_slice(&out));
  ct_buf_free(&digits);
  ct_buf_free(&out);
  d->what.size = 0;
  d->at = end;
}

static void show(cti_dump *d, uint64_t end, bool heading) {
  ct_slice bytes = cti_slice_cut(d->bytes, d->at, end);
  if (d->json) {
    show_json(d, end, true);
    return;
  }
  offset(d);
  for (size_t at = 0; at < bytes.size || at == 0; at += ROW) {
    if (at > 0) {
      indent(d);
      blanks(d, d->width + 3);
      cti_text_char(&d->text, '|');
    }
    for (size_t i = at; i < at + ROW; i++) {
      char cell[] = "   ";
      if (i < bytes.size) {
        cell[1] = "0123456789abcdef"[bytes.data[i] >> 4];
        cell[2] = "0123456789abcdef"[bytes.data[i] & 15];
      }
      cti_text_bytes(&d->text, cell, 3);
    }
    if (at == 0) {
      cti_text_lit(&d->text, " | ");
      if (heading && d->text.color) cti_text_lit(&d->text, "\x1b[0m\x1b[32m");
      cti_text_slice(&d->text, cti_buf_slice(&d->what));
      cti_text_plain(&d->text);
    }
    cti_text_char(&d->text, '\n');
  }
  d->what.size = 0;
  d->at = end;
}

void cti_dump_line(cti_dump *d, uint64_t end) { show(d, end, false); }
void cti_dump_heading(cti_dump *d, uint64_t end) { show(d, end, true); }

void cti_dump_gap(cti_dump *d, uint64_t end) {
  if (d->json) {
    show_json(d, end, false);
    return;
  }
  offset(d);
  for (int i = 0; i < ROW; i++) cti_text_lit(&d->text, "---");
  cti_text_lit(&d->text, "-| ... ");
  cti_text_slice(&d->text, cti_buf_slice(&d->what));
  cti_text_char(&d->text, '\n');
  d->what.size = 0;
  d->at = end;
}

void cti_dump_title(cti_dump *d, const char *before, const char *after) {
  if (d->json) {
    show_json(d, d->at, false);
    return;
  }
  cti_text_str(&d->text, before);
  cti_text_char(&d->text, ' ');
  cti_text_slice(&d->text, cti_buf_slice(&d->what));
  cti_text_char(&d->text, ' ');
  cti_text_str(&d->text, after);
  cti_text_char(&d->text, '\n');
  d->what.size = 0;
}

void cti_dump_skip(cti_dump *d, uint64_t end, uint64_t size) {
  cti_buf_printf(&d->what, "%llu bytes of data", (unsigned long long)size);
  cti_dump_gap(d, end);
}

uint32_t cti_dump_count(cti_dump *d, cti_cursor *c) {
  uint32_t count = cti_cursor_u32(c);
  if (c->failed) return 0;
  cti_buf_printf(&d->what, "%u count", count);
  cti_dump_line(d, cti_cursor_offset(c));
  return count;
}

uint32_t cti_dump_section(cti_dump *d, cti_cursor *c, const char *title) {
  cti_buf_printf(&d->what, "%s section", title);
  cti_dump_heading(d, cti_cursor_offset(c));
  return cti_dump_count(d, c);
}

ct_status cti_dump_status(const cti_dump *d, const cti_cursor *c) {
  if (d->what.failed) return cti_fail(d->error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
  return c->failed || d->text.failed ? d->error->status : CT_OK;
}

static ct_status dump(cti_dump *d) {
  cti_cursor c = cti_cursor_make(d->bytes, 0, d->error);
  ct_kind kind;
  CTI_TRY(cti_preamble_read(&c, &kind));
  return kind == CT_KIND_MODULE ? cti_dump_module(d, d->bytes, 0) : cti_dump_component(d, d->bytes);
}

ct_status ct_dump(const ct_sink *sink, ct_slice bytes, ct_dump_form form, ct_error *error) {
  cti_arena arena;
  cti_dump d = {.bytes = bytes, .nesting = 1, .width = 1, .json = form == CT_DUMP_JSON, .arena = &arena, .error = error};
  cti_arena_init(&arena, error);
  for (size_t size = bytes.size; size || d.width == 1; size >>= 4) d.width++;
  ct_status status = CT_NOMEM;
  if (cti_text_init(&d.text, *sink, (ct_slice){NULL, 0}, &arena)) {
    d.text.color = form == CT_DUMP_COLOR;
    status = dump(&d);
    ct_status written = cti_text_flush(&d.text);
    if (status == CT_OK) status = written != CT_OK ? written : error->status;
  }
  ct_buf_free(&d.what);
  cti_arena_free(&arena);
  if (status != CT_OK) cti_hint_maker(error, bytes, 0);
  return status;
}
