/* metadata_add.c - changes the metadata of the outermost module or component. Flows in: bytes and the change. Flows out: the sections as they came but for
 * those that change, then those that are new. What is nested is not looked into. */
#include "base/utf8.h"
#include "core/rewrite.h"
#include "inspect/annotations.h"

typedef struct add {
  cti_pieces out;
  const ct_metadata_change *change;
  ct_kind kind;
  bool named, produced; /* the section was there, and was changed in its place */
} add;

static bool is_changed(ct_metadata_text text) { return text.set || text.clear; }

/* Puts a custom section whose content `scratch` holds. */
static ct_status put_custom(add *a, ct_slice name, cti_buf *scratch) {
  ct_slice made = cti_custom_make(&a->out, name, scratch);
  return made.data ? cti_pieces_put(&a->out, made) : a->out.arena.error->status;
}

/* ---- name */

static void write_name(cti_buf *out, const char *name) {
  cti_buf_u8(out, CTI_NAME_MODULE);
  size_t mark = cti_buf_open(out);
  cti_buf_name(out, cti_slice_str(name));
  cti_buf_close(out, mark);
}

/* The unit's own name comes first, as the specification asks; the other names stay. Without a name to set, all names go, as in wasm-tools. */
static ct_status change_names(add *a, ct_slice content, uint64_t offset) {
  cti_buf out = {0};
  cti_cursor c = cti_cursor_make(content, offset, a->out.arena.error);
  if (a->change->name.set) write_name(&out, a->change->name.set);
  for (cti_subsection sub; a->change->name.set && cti_subsection_next(&sub, &c);) {
    if (sub.code != CTI_NAME_MODULE) cti_buf_bytes(&out, sub.raw);
  }
  a->named = true;
  if (c.failed) ct_buf_free(&out);
  return c.failed ? cti_cursor_status(&c) : put_custom(a, cti_slice_str(cti_names_section(a->kind)), &out);
}

/* ---- producers */

static ct_status put_producers(add *a, cti_producers *producers) {
  for (size_t i = 0; i < a->change->producer_count; i++) {
    const ct_producer *p = &a->change->producers[i];
    if (!cti_producers_add(producers, &a->out.arena, cti_slice_str(p->field), cti_slice_str(p->name), cti_slice_str(p->version))) return CT_NOMEM;
  }
  cti_buf out = {0};
  cti_producers_write(&out, producers);
  a->produced = true;
  return put_custom(a, CTI_LIT("producers"), &out);
}

static ct_status change_producers(add *a, ct_slice content, uint64_t offset) {
  cti_producers producers;
  CTI_TRY(cti_producers_parse(&producers, content, offset, &a->out.arena, a->out.arena.error));
  return put_producers(a, &producers);
}

/* ---- the walk */

static ct_status change_custom(add *a, const cti_frame *frame) {
  ct_slice name, content;
  CTI_TRY(cti_custom_name(frame, &name, &content, a->out.arena.error));
  uint64_t offset = frame->payload_offset + (frame->payload.size - content.size);
  if (cti_slice_is(name, cti_names_section(a->kind)) && is_changed(a->change->name)) return change_names(a, content, offset);
  if (cti_slice_is(name, "producers") && a->change->producer_count) return change_producers(a, content, offset);
  for (int i = 0; i < CT_ANNOTATIONS; i++) {
    if (cti_slice_is(name, cti_annotation_names[i]) && is_changed(a->change->annotations[i])) return CT_OK; /* it goes; a new one comes last */
  }
  return cti_pieces_put(&a->out, frame->raw);
}

static ct_status append_new(add *a) {
  cti_buf out = {0};
  if (a->change->name.set && !a->named) {
    write_name(&out, a->change->name.set);
    CTI_TRY(put_custom(a, cti_slice_str(cti_names_section(a->kind)), &out));
  }
  if (a->change->producer_count && !a->produced) CTI_TRY(put_producers(a, &(cti_producers){0}));
  for (int i = 0; i < CT_ANNOTATIONS; i++) {
    if (!a->change->annotations[i].set) continue;
    cti_buf_str(&out, a->change->annotations[i].set);
    CTI_TRY(put_custom(a, cti_slice_str(cti_annotation_names[i]), &out));
  }
  return CT_OK;
}

static ct_status run(add *a, ct_slice bytes) {
  cti_cursor c = cti_cursor_make(bytes, 0, a->out.arena.error);
  CTI_TRY(cti_preamble_read(&c, &a->kind));
  CTI_TRY(cti_pieces_put(&a->out, cti_slice_cut(bytes, 0, CTI_PREAMBLE_SIZE)));
  for (cti_frame frame; cti_frame_next(&c, &frame);) {
    if (frame.id == CTI_SECTION_CUSTOM) CTI_TRY(change_custom(a, &frame));
    else CTI_TRY(cti_pieces_put(&a->out, frame.raw));
  }
  CTI_TRY(cti_cursor_status(&c));
  return append_new(a);
}

/* ---- what is written is well formed */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* A scheme, a colon, and something: https://www.rfc-editor.org/rfc/rfc3986#section-3.1 */
static bool is_url(const char *text) {
  size_t at = 0;
  if (!is_letter(text[0])) return false;
  while (is_letter(text[at]) || is_digit(text[at]) || text[at] == '+' || text[at] == '-' || text[at] == '.') at++;
  return text[at] == ':' && text[at + 1] && !strpbrk(text, " \t\r\n<>\"");
}

/* The form of an SPDX expression: identifiers joined by AND, OR and WITH, in parentheses or not. Which licences there are is not looked at.
 * https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/ */
static bool is_licence(const char *text) {
  static const char id[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+:";
  size_t open = 0;
  bool after_id = false;
  for (;;) {
    text += strspn(text, " ");
    size_t size = strspn(text, id);
    bool joins = (size == 3 && !strncmp(text, "AND", 3)) || (size == 2 && !strncmp(text, "OR", 2)) || (size == 4 && !strncmp(text, "WITH", 4));
    if (!*text) return after_id && !open;
    if (size) {
      if (joins != after_id) return false;
      after_id = !joins;
      text += size;
    } else if (*text == '(' && !after_id) {
      open++;
      text++;
    } else if (*text == ')' && after_id && open) {
      open--;
      text++;
    } else {
      return false;
    }
  }
}

static ct_status check(const ct_metadata_change *change, ct_error *error) {
  for (int i = 0; i < CT_ANNOTATIONS; i++) {
    const char *text = change->annotations[i].set;
    if (!text) continue;
    if (!cti_utf8_valid(cti_slice_str(text))) return cti_fail(error, CT_MISUSE, CT_NO_OFFSET, "the %s are not UTF-8", cti_annotation_names[i]);
    bool url = i == CT_ANNOTATION_SOURCE || i == CT_ANNOTATION_HOMEPAGE;
    if (url && !is_url(text)) return cti_fail(error, CT_MISUSE, CT_NO_OFFSET, "the %s must be a URL with its scheme, \"%.200s\" is none", cti_annotation_names[i], text);
    if (i == CT_ANNOTATION_LICENSES && !is_licence(text)) {
      cti_fail(error, CT_MISUSE, CT_NO_OFFSET, "the licenses must be an SPDX expression, \"%.200s\" is none", text);
      cti_error_hint(error, "write identifiers of spdx.org/licenses joined by AND, OR and WITH: Apache-2.0 WITH LLVM-exception OR MIT");
      return error->status;
    }
  }
  bool valid = !change->name.set || cti_utf8_valid(cti_slice_str(change->name.set));
  for (size_t i = 0; i < change->producer_count; i++)
    valid = valid && cti_utf8_valid(cti_slice_str(change->producers[i].name)) && cti_utf8_valid(cti_slice_str(change->producers[i].version));
  return valid ? CT_OK : cti_fail(error, CT_MISUSE, CT_NO_OFFSET, "a name that is to be added is not UTF-8");
}

ct_status ct_metadata_add(ct_pieces *out, ct_slice bytes, const ct_metadata_change *change, ct_error *error) {
  static const ct_metadata_change none;
  add a = {.change = change ? change : &none};
  *out = (ct_pieces){0};
  CTI_TRY(check(a.change, error));
  cti_arena_init(&a.out.arena, error);
  return cti_pieces_give(out, &a.out, run(&a, bytes));
}
