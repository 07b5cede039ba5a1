/* dump_module.c - the sections of core modules for the dumper, straight from the bytes. Flows in: a module's bytes. Flows out: lines. */
#include "text/dump.h"

#include "core/framing.h"

typedef struct indices {
  uint32_t types, rec_groups, funcs, bodies, tables, memories, globals, tags;
  bool bodies_begun;
} indices;

typedef struct walker {
  cti_dump *d;
  cti_cursor c;   /* over the section */
  indices i;
  cti_arena arena;      /* of the section */
  ct_error broken_body; /* the first one: the next body can be found all the same */
} walker;

static uint64_t here(const walker *w) { return cti_cursor_offset(&w->c); }

/* Instructions up to the end of the cursor, one a line. */
static void dump_instrs(cti_dump *d, cti_cursor *c) {
  cti_instr instr;
  while (cti_instr_next(&instr, c)) {
    cti_show_instr(&d->what, &instr);
    cti_dump_line(d, cti_cursor_offset(c));
  }
}

/* An expression in the section: shown instruction by instruction. */
static void dump_expr(walker *w) {
  cti_cursor from = w->c;
  cti_expr expr;
  cti_read_expr(&expr, &w->c);
  cti_cursor c = w->c.failed ? from : cti_cursor_make(expr.bytes, expr.offset, w->d->error);
  dump_instrs(w->d, &c);
}

static void show_expr(cti_buf *out, const cti_expr *expr) {
  cti_buf_printf(out, "ConstExpr { offset: %llu, data: ", (unsigned long long)expr->offset);
  cti_show_bytes(out, expr->bytes);
  cti_buf_str(out, " }");
}

/* ---- one item of each section */

static void dump_type(walker *w) {
  cti_dump *d = w->d;
  cti_cursor before = w->c;
  bool written;
  uint32_t count = cti_read_rec_head(&written, &w->c);
  if (w->c.failed) w->c = before; /* the failure is told; nothing is shown of the group */
  cti_buf_printf(&d->what, "rec group %u (%s)", w->i.rec_groups++, written ? "explicit" : "implicit");
  cti_dump_title(d, "---", "---");
  for (uint32_t i = 0; i < count && !d->error->status; i++) {
    cti_subtype type;
    if (written) cti_dump_line(d, here(w));
    cti_read_subtype(&type, &w->c, &w->arena);
    if (w->c.failed) return;
    cti_buf_printf(&d->what, "[type %u] ", w->i.types++);
    cti_show_subtype_short(&d->what, &type);
  }
  if (!w->c.failed) cti_dump_line(d, here(w));
}

static void show_import_index(walker *w, const cti_extern_type *type) {
  static const char *const words[] = {[CTI_EXTERN_FUNC] = "func", [CTI_EXTERN_TABLE] = "table", [CTI_EXTERN_MEMORY] = "memory", [CTI_EXTERN_GLOBAL] = "global", [CTI_EXTERN_TAG] = "tag"};
  uint32_t *const counts[] = {[CTI_EXTERN_FUNC] = &w->i.funcs, [CTI_EXTERN_TABLE] = &w->i.tables, [CTI_EXTERN_MEMORY] = &w->i.memories, [CTI_EXTERN_GLOBAL] = &w->i.globals, [CTI_EXTERN_TAG] = &w->i.tags};
  cti_buf_printf(&w->d->what, "import [%s%s %u] ", words[type->kind], type->exact ? "_exact" : "", (*counts[type->kind])++);
}

/* The description of a group's head goes before its first member. */
static void dump_import_group(walker *w, const cti_import *first, uint32_t count) {
  cti_dump *d = w->d;
  bool shared_type = first->form == CTI_IMPORT_SHARED_TYPE;
  cti_buf_str(&d->what, shared_type ? "import group (common module and type)" : "import group (common module)");
  cti_dump_title(d, "---", "---");
  cti_buf_str(&d->what, "module: ");
  cti_show_string(&d->what, first->module);
  if (shared_type) {
    cti_buf_str(&d->what, ", type: ");
    cti_show_extern_type(&d->what, &first->type);
  }
  cti_buf_printf(&d->what, ", count: %u", count);
}

static void show_group_member(walker *w, const cti_import *import) {
  cti_buf *what = &w->d->what;
  show_import_index(w, &import->type);
  if (import->form == CTI_IMPORT_SHARED_TYPE) {
    cti_show_string(what, import->name);
    return;
  }
  cti_buf_str(what, "ImportItemCompact { name: ");
  cti_show_string(what, import->name);
  cti_buf_str(what, ", ty: ");
  cti_show_extern_type(what, &import->type);
  cti_buf_str(what, " }");
}

static void dump_import(walker *w) {
  cti_import_reader reader = {.c = &w->c, .entries = 1};
  cti_import import;
  bool in_group = false;
  while (cti_import_next(&import, &reader)) {
    if (import.form == CTI_IMPORT_SINGLE) {
      show_import_index(w, &import.type);
      cti_show_import(&w->d->what, &import);
      continue;
    }
    if (!in_group) dump_import_group(w, &import, reader.members + 1);
    in_group = true;
    cti_dump_line(w->d, import.offset);
    show_group_member(w, &import);
  }
  if (w->c.failed) return;
  if (!in_group && reader.current.form != CTI_IMPORT_SINGLE) dump_import_group(w, &reader.current, 0);
  cti_dump_line(w->d, here(w));
}

static void dump_func(walker *w) {
  uint32_t type = cti_cursor_u32(&w->c);
  if (w->c.failed) return;
  cti_buf_printf(&w->d->what, "[func %u] type %u", w->i.funcs + w->i.bodies++, type);
  cti_dump_line(w->d, here(w));
}

static void dump_table(walker *w) {
  cti_table table;
  cti_read_table(&table, &w->c);
  if (w->c.failed) return;
  cti_buf_printf(&w->d->what, "[table %u] Table { ty: ", w->i.tables++);
  cti_show_table_type(&w->d->what, &table.type);
  cti_buf_str(&w->d->what, ", init: ");
  if (table.init.bytes.size) {
    cti_buf_str(&w->d->what, "Expr(");
    show_expr(&w->d->what, &table.init);
    cti_buf_str(&w->d->what, ") }");
  } else {
    cti_buf_str(&w->d->what, "RefNull }");
  }
  cti_dump_line(w->d, here(w));
}

static void dump_memory(walker *w) {
  cti_limits limits;
  cti_read_limits(&limits, &w->c, false);
  if (w->c.failed) return;
  cti_buf_printf(&w->d->what, "[memory %u] ", w->i.memories++);
  cti_show_memory_type(&w->d->what, &limits);
  cti_dump_line(w->d, here(w));
}

static void dump_tag(walker *w) {
  uint32_t type = cti_read_tag_type(&w->c);
  if (w->c.failed) return;
  cti_buf_printf(&w->d->what, "[tag %u] ", w->i.tags++);
  cti_show_tag_type(&w->d->what, type);
  cti_dump_line(w->d, here(w));
}

static void dump_global(walker *w) {
  cti_global_type type;
  cti_read_global_type(&type, &w->c);
  if (w->c.failed) return;
  cti_buf_printf(&w->d->what, "[global %u] ", w->i.globals++);
  cti_show_global_type(&w->d->what, &type);
  cti_dump_line(w->d, here(w));
  dump_expr(w);
}

static void dump_export(walker *w) {
  static const char *const words[] = {[CTI_EXTERN_FUNC] = "Func", [CTI_EXTERN_TABLE] = "Table", [CTI_EXTERN_MEMORY] = "Memory", [CTI_EXTERN_GLOBAL] = "Global", [CTI_EXTERN_TAG] = "Tag"};
  cti_export export_;
  cti_read_export(&export_, &w->c);
  if (w->c.failed) return;
  cti_buf_str(&w->d->what, "export Export { name: ");
  cti_show_string(&w->d->what, export_.name);
  cti_buf_printf(&w->d->what, ", kind: %s, index: %u }", words[export_.kind], export_.index);
  cti_dump_line(w->d, here(w));
}

static void dump_elem_items(walker *w, const cti_elem *elem) {
  cti_dump *d = w->d;
  if (elem->is_exprs) {
    cti_buf_str(&d->what, " [exprs ");
    cti_show_valtype_short(&d->what, elem->type);
    cti_buf_u8(&d->what, ']');
  } else {
    cti_buf_str(&d->what, " [indices]");
  }
  cti_dump_line(d, here(w));
  for (uint32_t i = 0; i < elem->count && !w->c.failed; i++) {
    cti_expr expr;
    uint32_t index = 0;
    if (elem->is_exprs) cti_read_expr(&expr, &w->c);
    else index = cti_cursor_u32(&w->c);
    if (w->c.failed) return;
    if (elem->is_exprs) {
      cti_buf_str(&d->what, "item ");
      show_expr(&d->what, &expr);
    } else {
      cti_buf_printf(&d->what, "item %u", index);
    }
    cti_dump_line(d, here(w));
  }
}

static void dump_elem(walker *w) {
  cti_dump *d = w->d;
  cti_elem elem;
  cti_read_elem_head(&elem, &w->c);
  if (w->c.failed) return;
  cti_buf_str(&d->what, "element");
  if (elem.mode == CTI_SEGMENT_ACTIVE) {
    cti_buf_str(&d->what, " table[");
    cti_show_optional(&d->what, (elem.flags & 2) != 0, elem.table);
    cti_buf_u8(&d->what, ']');
    cti_dump_line(d, elem.offset_expr.offset);
    cti_cursor c = cti_cursor_make(elem.offset_expr.bytes, elem.offset_expr.offset, d->error);
    dump_instrs(d, &c);
    cti_buf_printf(&d->what, "%u items", elem.count);
  } else {
    cti_buf_printf(&d->what, elem.mode == CTI_SEGMENT_PASSIVE ? " passive, %u items" : " declared %u items", elem.count);
  }
  dump_elem_items(w, &elem);
}

static void dump_data(walker *w) {
  cti_dump *d = w->d;
  cti_data data;
  cti_read_data(&data, &w->c);
  if (w->c.failed) return;
  if (data.mode == CTI_SEGMENT_PASSIVE) {
    cti_buf_str(&d->what, "data passive");
    cti_dump_line(d, data.bytes_offset);
  } else {
    cti_buf_printf(&d->what, "data memory[%u]", data.memory);
    cti_dump_line(d, data.offset_expr.offset);
    cti_cursor c = cti_cursor_make(data.offset_expr.bytes, data.offset_expr.offset, d->error);
    dump_instrs(d, &c);
  }
  cti_dump_skip(d, here(w), data.bytes.size);
}

/* What cannot be read of a body is shown with the reason, and does not keep the next one from being shown. */
static void dump_broken(walker *w, const ct_error *error, uint64_t end) {
  if (w->broken_body.status == CT_OK) w->broken_body = *error;
  w->d->what.size = 0;
  cti_buf_printf(&w->d->what, "?? %s", error->message);
  if (w->d->at < end) cti_dump_line(w->d, end);
  w->d->what.size = 0;
}

static void dump_body(walker *w) {
  cti_dump *d = w->d;
  ct_error broken = {0};
  cti_buf_printf(&d->what, "func %u", w->i.funcs++);
  cti_dump_title(d, "==============", "====================");
  cti_cursor c = cti_read_body(&w->c);
  if (w->c.failed) return;
  cti_buf_str(&d->what, "size of function");
  cti_dump_line(d, cti_cursor_offset(&c));
  c.error = &broken;
  uint32_t runs = cti_cursor_u32(&c);
  if (!c.failed) {
    cti_buf_printf(&d->what, "%u local blocks", runs);
    cti_dump_line(d, cti_cursor_offset(&c));
  }
  for (uint32_t i = 0; i < runs && !c.failed; i++) {
    cti_local_run run = cti_read_local_run(&c);
    if (c.failed) break;
    cti_buf_printf(&d->what, "%u locals of type ", run.count);
    cti_show_valtype(&d->what, run.type);
    cti_dump_line(d, cti_cursor_offset(&c));
  }
  if (!c.failed) dump_instrs(d, &c);
  if (c.failed) dump_broken(w, &broken, here(w));
}

/* ---- sections */

typedef struct section_form {
  const char *title;
  void (*item)(walker *w);
} section_form;

static const section_form forms[CTI_SECTION_CODES] = {
    [CTI_SECTION_TYPE] = {"type", dump_type},
    [CTI_SECTION_IMPORT] = {"import", dump_import},
    [CTI_SECTION_FUNCTION] = {"func", dump_func},
    [CTI_SECTION_TABLE] = {"table", dump_table},
    [CTI_SECTION_MEMORY] = {"memory", dump_memory},
    [CTI_SECTION_TAG] = {"tag", dump_tag},
    [CTI_SECTION_GLOBAL] = {"global", dump_global},
    [CTI_SECTION_EXPORT] = {"export", dump_export},
    [CTI_SECTION_ELEM] = {"element", dump_elem},
    [CTI_SECTION_CODE] = {"code", dump_body},
    [CTI_SECTION_DATA] = {"data", dump_data},
};

/* Sections that hold one number. */
static void dump_number(walker *w, const char *heading, const char *label) {
  cti_buf_str(&w->d->what, heading);
  cti_dump_heading(w->d, here(w));
  uint32_t number = cti_cursor_u32(&w->c);
  if (w->c.failed) return;
  cti_buf_printf(&w->d->what, "%s %u", label, number);
  cti_dump_line(w->d, here(w));
}

static void dump_vector(walker *w, const section_form *form) {
  uint32_t count = cti_dump_section(w->d, &w->c, form->title);
  for (uint32_t i = 0; i < count && !w->c.failed && !w->d->error->status; i++) form->item(w);
}

static ct_status dump_section(walker *w, const cti_frame *frame) {
  if (frame->id == CTI_SECTION_CUSTOM) return cti_dump_custom(w->d, frame);
  w->c = cti_cursor_make(frame->payload, frame->payload_offset, w->d->error);
  cti_arena_init(&w->arena, w->d->error);
  if (frame->id == CTI_SECTION_START) {
    dump_number(w, "start section", "start function");
  } else if (frame->id == CTI_SECTION_DATA_COUNT) {
    dump_number(w, "data count section", "data count");
  } else if (frame->id < CTI_SECTION_CODES && forms[frame->id].item) {
    dump_vector(w, &forms[frame->id]);
  } else {
    cti_buf_printf(&w->d->what, "unknown section: %u", frame->id);
    cti_dump_heading(w->d, frame->payload_offset);
    cti_dump_skip(w->d, frame->payload_offset + frame->payload.size, frame->payload.size);
    cti_cursor_rest(&w->c);
  }
  cti_arena_free(&w->arena);
  CTI_TRY(cti_dump_status(w->d, &w->c));
  if (w->d->error->status != CT_OK) return w->d->error->status;
  return cti_cursor_expect_end(&w->c, "the section");
}

ct_status cti_dump_module(cti_dump *d, ct_slice bytes, uint64_t base) {
  walker w = {.d = d};
  cti_cursor c = cti_cursor_make(bytes, base, d->error);
  ct_kind kind;
  CTI_TRY(cti_preamble_read(&c, &kind));
  if (kind != CT_KIND_MODULE) return cti_fail(d->error, CT_CORE_KIND, base + 4, "a core module was expected, a component was found");
  cti_buf_str(&d->what, "version 1 (Module)");
  cti_dump_heading(d, cti_cursor_offset(&c));
  for (cti_frame frame; cti_frame_next(&c, &frame);) CTI_TRY(dump_section(&w, &frame));
  CTI_TRY(cti_dump_status(d, &c));
  if (w.broken_body.status != CT_OK) *d->error = w.broken_body;
  return d->error->status;
}
