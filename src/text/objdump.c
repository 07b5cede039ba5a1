/* objdump.c - ct_objdump: the table of sections of a binary and of what is nested in it. Flows in: a binary. Flows out: one line for each section. */
#include "text/dump.h"

#include <stdio.h>

#include "base/json.h"
#include "ctool/text.h"

typedef struct table {
  cti_text text;
  ct_error *error;
  bool json;
  cti_buf place; /* "component 0 > module 1" */
} table;

/* By section code: what its items are called; those with one item have no count in their bytes. */
typedef struct section_form {
  const char *name;
  bool single;
} section_form;

static const section_form module_forms[CTI_SECTION_CODES] = {
    [CTI_SECTION_TYPE] = {"types", false},     [CTI_SECTION_IMPORT] = {"imports", false}, [CTI_SECTION_FUNCTION] = {"functions", false}, [CTI_SECTION_TABLE] = {"tables", false},
    [CTI_SECTION_MEMORY] = {"memories", false}, [CTI_SECTION_TAG] = {"tags", false},      [CTI_SECTION_GLOBAL] = {"globals", false},     [CTI_SECTION_EXPORT] = {"exports", false},
    [CTI_SECTION_START] = {"start", true},     [CTI_SECTION_ELEM] = {"elements", false},  [CTI_SECTION_DATA_COUNT] = {"data count", true}, [CTI_SECTION_CODE] = {"code", false},
    [CTI_SECTION_DATA] = {"data", false},
};

static const section_form component_forms[] = {
    [1] = {"module", true},           [2] = {"core instances", false},  [3] = {"core types", false},          [4] = {"component", true},       [5] = {"component instances", false}, [6] = {"component alias", false},
    [7] = {"component types", false}, [8] = {"canonical functions", false}, [9] = {"component start", true}, [10] = {"component imports", false}, [11] = {"component exports", false},
};

static void json_line(table *t, ct_slice name, uint64_t start, uint64_t end, uint32_t count) {
  cti_buf out = {0};
  cti_json json = cti_json_make(&out, 0);
  cti_json_open(&json, '{');
  cti_json_member(&json, "in", cti_buf_slice(&t->place));
  cti_json_member(&json, "name", name);
  cti_json_member_uint(&json, "offset", start);
  cti_json_member_uint(&json, "bytes", end - start);
  cti_json_member_uint(&json, "count", count);
  cti_json_close(&json, '}');
  cti_buf_u8(&out, '\n');
  if (cti_buf_check(&out, t->error) == CT_OK) cti_text_slice(&t->text, cti_buf_slice(&out));
  ct_buf_free(&out);
}

static void line(table *t, uint32_t depth, ct_slice name, uint64_t start, uint64_t end, uint32_t count) {
  char from[24], to[24];
  if (t->json) {
    json_line(t, name, start, end, count);
    return;
  }
  snprintf(from, sizeof from, "0x%llx", (unsigned long long)start);
  snprintf(to, sizeof to, "0x%llx", (unsigned long long)end);
  for (uint32_t i = 0; i < depth; i++) cti_text_lit(&t->text, "  ");
  cti_text_slice(&t->text, name);
  size_t used = 2 * (size_t)depth;
  for (size_t i = 0; i < name.size; i++) used += (name.data[i] & 0xc0) != 0x80; /* characters, not bytes */
  for (; used < 40; used++) cti_text_char(&t->text, ' ');
  cti_text_printf(&t->text, " | %10s - %10s | %9llu bytes | %u count\n", from, to, (unsigned long long)(end - start), count);
}

static ct_status custom_line(table *t, uint32_t depth, const cti_frame *frame) {
  ct_slice name, content;
  cti_buf label = {0};
  CTI_TRY(cti_custom_name(frame, &name, &content, t->error));
  cti_buf_str(&label, "custom ");
  cti_show_string(&label, name);
  uint64_t end = frame->payload_offset + frame->payload.size;
  line(t, depth, cti_buf_slice(&label), end - content.size, end, 1);
  ct_status status = cti_buf_check(&label, t->error);
  ct_buf_free(&label);
  return status;
}

static ct_status unit(table *t, ct_slice bytes, uint64_t base, uint32_t depth);

static void frame_of_nested(table *t, uint32_t depth, const char *word, const char *kind, uint32_t index, const char *dashes) {
  if (t->json) return;
  for (uint32_t i = 0; i < depth; i++) cti_text_lit(&t->text, "  ");
  cti_text_printf(&t->text, "------ %s %s %u %s\n", word, kind, index, dashes);
}

static ct_status nested(table *t, const cti_frame *frame, uint32_t depth, uint32_t index) {
  bool is_module = frame->id == CTI_COMPONENT_SECTION_MODULE;
  const char *kind = is_module ? "module" : "component", *dashes = is_module ? "-------------" : "----------";
  if (depth > CTI_MAX_DEPTH) return cti_fail(t->error, CT_LIMIT, frame->offset, "components are nested more than %d deep", CTI_MAX_DEPTH);
  size_t mark = t->place.size;
  cti_buf_printf(&t->place, "%s%s %u", mark ? " > " : "", kind, index);
  frame_of_nested(t, depth + 1, "start", kind, index, dashes);
  CTI_TRY(unit(t, frame->payload, frame->payload_offset, depth + 1));
  frame_of_nested(t, depth + 1, "end", kind, index, dashes);
  cti_buf_truncate(&t->place, mark);
  return t->text.failed ? t->error->status : CT_OK;
}

static ct_status section_line(table *t, uint32_t depth, const cti_frame *frame, const section_form *form) {
  cti_cursor c = cti_cursor_make(frame->payload, frame->payload_offset, t->error);
  uint32_t count = form->single ? 1 : cti_cursor_u32(&c);
  if (c.failed) return t->error->status;
  line(t, depth, cti_slice_str(form->name), frame->payload_offset, frame->payload_offset + frame->payload.size, count);
  return CT_OK;
}

static ct_status unit(table *t, ct_slice bytes, uint64_t base, uint32_t depth) {
  cti_cursor c = cti_cursor_make(bytes, base, t->error);
  uint32_t modules = 0, components = 0;
  ct_kind kind;
  CTI_TRY(cti_preamble_read(&c, &kind));
  for (cti_frame frame; cti_frame_next(&c, &frame);) {
    const section_form *forms = kind == CT_KIND_MODULE ? module_forms : component_forms;
    size_t known = kind == CT_KIND_MODULE ? CTI_COUNT(module_forms) : CTI_COUNT(component_forms);
    if (frame.id == CTI_SECTION_CUSTOM) CTI_TRY(custom_line(t, depth, &frame));
    else if (frame.id < known && forms[frame.id].name) CTI_TRY(section_line(t, depth, &frame, &forms[frame.id]));
    if (kind == CT_KIND_COMPONENT && frame.id == CTI_COMPONENT_SECTION_MODULE) CTI_TRY(nested(t, &frame, depth, modules++));
    if (kind == CT_KIND_COMPONENT && frame.id == CTI_COMPONENT_SECTION_COMPONENT) CTI_TRY(nested(t, &frame, depth, components++));
  }
  return cti_cursor_status(&c);
}

ct_status ct_objdump(const ct_sink *sink, ct_slice bytes, bool json, ct_error *error) {
  cti_arena arena;
  table t = {.error = error, .json = json};
  cti_arena_init(&arena, error);
  ct_status status = CT_NOMEM;
  if (cti_text_init(&t.text, *sink, (ct_slice){NULL, 0}, &arena)) {
    status = unit(&t, bytes, 0, 1);
    ct_status written = cti_text_flush(&t.text);
    if (status == CT_OK) status = written != CT_OK ? written : error->status;
  }
  ct_buf_free(&t.place);
  cti_arena_free(&arena);
  return status;
}
