/* module_decode.c - bytes to model. Flows in: a module's bytes. Flows out: a cti_module whose slices borrow from them. Twin of module_encode.c.
 *
 * Form only: order and sizes of sections, the form of each item, equal counts of functions and bodies. No index is compared with anything.
 * Each section has one reader of one item; an item enters the model when it was read whole, so that after a failure the model holds what came before.
 * https://webassembly.github.io/spec/core/binary/modules.html */
#include "core/core_read.h"
#include "core/maker.h"

typedef struct decoder {
  cti_module *module;
  cti_cursor c; /* over the current section */
  uint32_t bodies, defined_funcs;
  cti_import_reader imports;
} decoder;

/* The cursor follows the arena, whose error it shares. */
static void no_memory(decoder *d) { cti_cursor_fail(&d->c, CT_NOMEM, "out of memory"); }

#define PUSH(d, vec, value) \
  do { \
    if (!(d)->c.failed && !cti_vec_push((d)->module->arena, &(d)->module->vec, (value))) no_memory(d); \
  } while (0)

/* ---- one item of each section */

static void read_type(decoder *d) {
  cti_rec_group group = {.first = d->module->types.count, .offset = cti_cursor_offset(&d->c)};
  uint32_t count = cti_read_rec_head(&group.written, &d->c);
  for (uint32_t i = 0; i < count && !d->c.failed; i++) {
    cti_subtype type;
    cti_read_subtype(&type, &d->c, d->module->arena);
    PUSH(d, types, type);
  }
  group.count = d->module->types.count - group.first;
  PUSH(d, rec_groups, group);
}

/* An import is also the next item of its index space. */
static void add_imported(decoder *d, const cti_extern_type *type, uint32_t import) {
  switch (type->kind) {
    case CTI_EXTERN_FUNC: PUSH(d, funcs, ((cti_func){.type = type->type, .import = import})); break;
    case CTI_EXTERN_TABLE: PUSH(d, tables, ((cti_table){.type = type->of.table, .import = import})); break;
    case CTI_EXTERN_MEMORY: PUSH(d, memories, ((cti_memory){.type = type->of.memory, .import = import})); break;
    case CTI_EXTERN_GLOBAL: PUSH(d, globals, ((cti_global){.type = type->of.global, .import = import})); break;
    case CTI_EXTERN_TAG: PUSH(d, tags, ((cti_tag){.type = type->type, .import = import})); break;
    case CTI_EXTERN_KINDS: break;
  }
  d->module->imported[type->kind]++;
}

static void read_import(decoder *d) {
  cti_import import;
  d->imports.c = &d->c;
  d->imports.entries = 1;
  while (cti_import_next(&import, &d->imports)) {
    add_imported(d, &import.type, d->module->imports.count);
    PUSH(d, imports, import);
  }
}

static void read_function(decoder *d) {
  uint32_t type = cti_cursor_u32(&d->c);
  PUSH(d, funcs, ((cti_func){.type = type, .import = UINT32_MAX}));
  d->defined_funcs++;
}

static void read_table(decoder *d) {
  cti_table table;
  cti_read_table(&table, &d->c);
  PUSH(d, tables, table);
}

static void read_memory(decoder *d) {
  cti_memory memory = {.import = UINT32_MAX, .offset = cti_cursor_offset(&d->c)};
  cti_read_limits(&memory.type, &d->c, false);
  PUSH(d, memories, memory);
}

static void read_tag(decoder *d) {
  cti_tag tag = {.import = UINT32_MAX, .offset = cti_cursor_offset(&d->c)};
  tag.type = cti_read_tag_type(&d->c);
  PUSH(d, tags, tag);
}

static void read_global(decoder *d) {
  cti_global global;
  cti_read_global(&global, &d->c);
  PUSH(d, globals, global);
}

static void read_export(decoder *d) {
  cti_export export;
  cti_read_export(&export, &d->c);
  PUSH(d, exports, export);
}

static void read_start(decoder *d) { d->module->start = cti_cursor_u32(&d->c); }

static void read_elem(decoder *d) {
  cti_elem elem;
  cti_read_elem_head(&elem, &d->c);
  size_t size = elem.is_exprs ? sizeof(cti_expr) : sizeof(uint32_t);
  void *items = d->c.failed ? NULL : cti_alloc_raw(d->module->arena, elem.count, size);
  if (!items) {
    no_memory(d);
    return;
  }
  for (uint32_t i = 0; i < elem.count && !d->c.failed; i++) {
    if (elem.is_exprs) cti_read_expr((cti_expr *)items + i, &d->c);
    else ((uint32_t *)items)[i] = cti_cursor_u32(&d->c);
  }
  if (elem.is_exprs) elem.exprs = items;
  else elem.funcs = items;
  PUSH(d, elems, elem);
}

static void read_data_count(decoder *d) { d->module->data_count = cti_cursor_u32(&d->c); }

/* The body goes to the function that the function section declared; more bodies than functions were refused before. */
static void read_code(decoder *d) {
  cti_cursor body = cti_read_body(&d->c);
  if (d->c.failed) return;
  cti_func *func = &d->module->funcs.items[d->module->funcs.count - d->defined_funcs + d->bodies++];
  func->body_offset = cti_cursor_offset(&body);
  func->body = cti_cursor_rest(&body);
}

static void read_data(decoder *d) {
  cti_data data;
  cti_read_data(&data, &d->c);
  PUSH(d, datas, data);
}

/* ---- sections */

typedef struct section_info {
  uint8_t code, order; /* order: from 1; 0 for codes without a row */
  const char *name, *items;
  void (*read)(decoder *d);
} section_info;

enum {
  ORDER_NONE,
#define CT_SECTION(symbol, code, name, items, reader, writer) ORDER_##symbol,
#include "core/sections.def"
#undef CT_SECTION
};

static const section_info section_table[CTI_SECTION_CODES] = {
    [CTI_SECTION_CUSTOM] = {.name = "custom"},
#define CT_SECTION(symbol, code, name, items, reader, writer) [code] = {code, ORDER_##symbol, name, items, reader},
#include "core/sections.def"
#undef CT_SECTION
};

const char *cti_section_name(uint8_t id) { return id < CTI_SECTION_CODES ? section_table[id].name : NULL; }
uint8_t cti_section_order(uint8_t id) { return id < CTI_SECTION_CODES ? section_table[id].order : 0; }

static void check_count(decoder *d, const section_info *info, uint32_t count) {
  cti_module *m = d->module;
  if (info->code == CTI_SECTION_CODE && count != d->defined_funcs)
    cti_cursor_fail_at(&d->c, CT_CORE_SECTION, d->c.base, "function and code section have inconsistent lengths: %u functions are declared, %u bodies follow", d->defined_funcs, count);
  if (info->code == CTI_SECTION_DATA && m->data_count != UINT32_MAX && count != m->data_count)
    cti_cursor_fail_at(&d->c, CT_CORE_SECTION, d->c.base, "data count and data section have inconsistent lengths: %u segments are announced, %u follow", m->data_count, count);
}

/* First room by the announced count, up to a bound: more is taken as items really come. */
static bool reserve(decoder *d, uint8_t code, uint32_t count) {
  cti_module *m = d->module;
  uint32_t room = count < 65536 ? count : 65536;
  switch (code) {
    case CTI_SECTION_TYPE: return cti_vec_reserve(m->arena, &m->types, room) && cti_vec_reserve(m->arena, &m->rec_groups, room);
    case CTI_SECTION_IMPORT: return cti_vec_reserve(m->arena, &m->imports, room);
    case CTI_SECTION_EXPORT: return cti_vec_reserve(m->arena, &m->exports, room);
    case CTI_SECTION_ELEM: return cti_vec_reserve(m->arena, &m->elems, room);
    case CTI_SECTION_DATA: return cti_vec_reserve(m->arena, &m->datas, room);
    default: return true; /* index spaces that imports have begun */
  }
}

static void decode_section(decoder *d, const section_info *info, const cti_section *section) {
  d->c = cti_cursor_make(section->frame.payload, section->frame.payload_offset, d->module->arena->error);
  uint32_t count = 1, i = 0;
  bool is_vector = info->items[0] != 0;
  if (is_vector) {
    count = cti_cursor_count(&d->c, info->items);
    if (!d->c.failed) check_count(d, info, count);
    if (!d->c.failed && !reserve(d, info->code, count)) no_memory(d);
  }
  while (i < count && !d->c.failed) {
    info->read(d);
    i++;
  }
  if (!d->c.failed) cti_cursor_expect_end(&d->c, "the section");
  else if (is_vector && i > 0) cti_error_trail(d->c.error, "item %u of %u", i - 1, count);
  if (d->c.failed) cti_error_trail(d->c.error, "%s section", info->name);
}

static ct_status decode_custom(cti_section *section, ct_error *error) {
  ct_status status = cti_custom_name(&section->frame, &section->name, &section->content, error);
  if (status == CT_OK) return CT_OK;
  section->name = section->content = (ct_slice){NULL, 0}; /* so that whoever prints what was read leaves it out */
  cti_error_trail(error, "custom section");
  return status;
}

/* Sections stand in the order of their rows, each once. */
static ct_status check_order(const section_info *info, uint8_t *last, const cti_frame *frame, ct_error *error) {
  if (info->order == ORDER_NONE) return cti_fail(error, CT_CORE_SECTION, frame->offset, "malformed section id: %u", frame->id);
  if (info->order > *last) {
    *last = info->order;
    return CT_OK;
  }
  return cti_fail(error, CT_CORE_SECTION, frame->offset, info->order == *last ? "a second %s section: a module has one at most" : "the %s section is out of order", info->name);
}

/* Sections that only the full decoder reads. */
static bool beyond_interface(uint8_t id) { return id == CTI_SECTION_ELEM || id == CTI_SECTION_CODE || id == CTI_SECTION_DATA; }

/* The file ends within a section, which has been reported: what is there of it is read all the same, for those who show a broken file up to the break. */
static void decode_cut(decoder *d, const cti_cursor *c, cti_frame *frame, uint8_t last) {
  cti_module *m = d->module;
  const section_info *info = frame->id < CTI_SECTION_CODES ? &section_table[frame->id] : NULL;
  if (m->arena->error->status != CT_CORE_END || !info || frame->id == CTI_SECTION_CUSTOM || info->order <= last || frame->payload_offset < c->base) return;
  size_t at = (size_t)(frame->payload_offset - c->base), start = (size_t)(frame->offset - c->base), size = (size_t)(c->end - c->start);
  if (at > size) return;
  frame->payload = cti_slice(c->start + at, size - at);
  frame->raw = cti_slice(c->start + start, size - start);
  if (cti_vec_push(m->arena, &m->sections, ((cti_section){.frame = *frame}))) decode_section(d, info, cti_vec_last(&m->sections));
}

static ct_status decode_sections(decoder *d, cti_cursor *c, bool interface_only) {
  static const section_info unknown = {0};
  cti_module *m = d->module;
  ct_error *error = m->arena->error;
  uint8_t last = ORDER_NONE;
  cti_frame frame = {.payload_offset = 0};
  while (cti_frame_next(c, &frame)) {
    const section_info *info = frame.id < CTI_SECTION_CODES ? &section_table[frame.id] : &unknown;
    if (!cti_vec_push(m->arena, &m->sections, ((cti_section){.frame = frame}))) return CT_NOMEM;
    if (frame.id == CTI_SECTION_CUSTOM) {
      CTI_TRY(decode_custom(cti_vec_last(&m->sections), error));
      continue;
    }
    CTI_TRY(check_order(info, &last, &frame, error));
    if (interface_only && beyond_interface(frame.id)) continue;
    decode_section(d, info, cti_vec_last(&m->sections));
    if (d->c.failed) return error->status;
  }
  if (c->failed && !interface_only) decode_cut(d, c, &frame, last);
  return cti_cursor_status(c);
}

/* What two sections must agree on when one of them is missing. */
static ct_status check_missing(const decoder *d) {
  const cti_module *m = d->module;
  uint64_t end = m->base + m->bytes.size;
  if (d->bodies != d->defined_funcs)
    return cti_fail(m->arena->error, CT_CORE_SECTION, end, "function and code section have inconsistent lengths: %u functions are declared, no body follows", d->defined_funcs);
  if (m->data_count != UINT32_MAX && m->data_count != m->datas.count)
    return cti_fail(m->arena->error, CT_CORE_SECTION, end, "data count and data section have inconsistent lengths: %u segments are announced, none follows", m->data_count);
  return CT_OK;
}

static ct_status decode(cti_module *out, ct_slice bytes, uint64_t base, cti_arena *arena, bool interface_only) {
  *out = (cti_module){.arena = arena, .bytes = bytes, .base = base, .start = UINT32_MAX, .data_count = UINT32_MAX};
  decoder d = {.module = out};
  cti_cursor c = cti_cursor_make(bytes, base, arena->error);
  ct_kind kind;
  CTI_TRY(cti_preamble_read(&c, &kind));
  if (kind != CT_KIND_MODULE) {
    cti_fail(arena->error, CT_CORE_KIND, base + 4, "a core module was expected, a component was found");
    cti_error_hint(arena->error, "give what the compiler wrote, not what `component new` made of it; `ctool component wit` prints what a component imports and exports");
    return CT_CORE_KIND;
  }
  CTI_TRY(decode_sections(&d, &c, interface_only));
  return interface_only ? CT_OK : check_missing(&d);
}

static ct_status told(ct_status status, ct_slice bytes, uint64_t base, cti_arena *arena) {
  if (status != CT_OK) cti_hint_maker(arena->error, bytes, base);
  return status;
}

ct_status cti_module_decode(cti_module *out, ct_slice bytes, uint64_t base, cti_arena *arena) { return told(decode(out, bytes, base, arena, false), bytes, base, arena); }

ct_status cti_module_decode_interface(cti_module *out, ct_slice bytes, uint64_t base, cti_arena *arena) { return told(decode(out, bytes, base, arena, true), bytes, base, arena); }
