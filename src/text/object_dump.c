/* object_dump.c - ct_object_dump: headers and contents of sections, and what else is asked for, in the layout of wabt's wasm-objdump. Flows in: a core module,
 * decoded. Flows out: lines, as they are made. The layout was taken from that tool's output; where it shows a number that is not there, ours shows what is. */
#include "text/object_dump.h"

#include <stdio.h>
#include <strings.h>

const char *cti_object_section_name(uint8_t id) {
  static const char *const names[CTI_SECTION_CODES] = {
      [CTI_SECTION_CUSTOM] = "Custom", [CTI_SECTION_TYPE] = "Type",     [CTI_SECTION_IMPORT] = "Import", [CTI_SECTION_FUNCTION] = "Function", [CTI_SECTION_TABLE] = "Table",
      [CTI_SECTION_MEMORY] = "Memory", [CTI_SECTION_TAG] = "Tag",       [CTI_SECTION_GLOBAL] = "Global", [CTI_SECTION_EXPORT] = "Export",     [CTI_SECTION_START] = "Start",
      [CTI_SECTION_ELEM] = "Elem",     [CTI_SECTION_CODE] = "Code",     [CTI_SECTION_DATA] = "Data",     [CTI_SECTION_DATA_COUNT] = "DataCount"};
  return id < CTI_COUNT(names) && names[id] ? names[id] : "Unknown";
}

void cti_object_angled(cti_object *d, ct_slice name) {
  cti_text_lit(&d->text, " <");
  cti_text_slice(&d->text, name);
  cti_text_char(&d->text, '>');
}

static ct_slice name_at(const cti_object_space *space, uint32_t index) { return index < space->count ? space->names[index] : (ct_slice){NULL, 0}; }

void cti_object_name(cti_object *d, int space, uint32_t index) {
  ct_slice name = name_at(&d->spaces[space], index);
  if (name.size) cti_object_angled(d, name);
}

/* What symbols of that kind are; -1 for data and sections, which have no names but those of their symbols. */
static int space_of(cti_symbol_kind kind) {
  static const int spaces[] = {[CTI_SYMBOL_FUNC] = CTI_EXTERN_FUNC, [CTI_SYMBOL_DATA] = -1,           [CTI_SYMBOL_GLOBAL] = CTI_EXTERN_GLOBAL,
                               [CTI_SYMBOL_SECTION] = -1,           [CTI_SYMBOL_TAG] = CTI_EXTERN_TAG, [CTI_SYMBOL_TABLE] = CTI_EXTERN_TABLE};
  return spaces[kind];
}

ct_slice cti_object_symbol_name(const cti_object *d, uint32_t symbol) {
  const cti_symbol *s = symbol < d->symbols.count ? &d->symbols.items[symbol] : NULL;
  const cti_module *m = &d->module;
  if (!s || (s->has_name && s->name.size)) return s ? s->name : (ct_slice){NULL, 0};
  if (space_of(s->kind) >= 0) return name_at(&d->spaces[space_of(s->kind)], s->index);
  if (s->kind == CTI_SYMBOL_SECTION && s->index < m->sections.count) return m->sections.items[s->index].name;
  return (ct_slice){NULL, 0};
}

/* ---- bytes */

static void hex_digits(cti_text *text, uint8_t byte) {
  cti_text_char(text, "0123456789abcdef"[byte >> 4]);
  cti_text_char(text, "0123456789abcdef"[byte & 15]);
}

void cti_object_bytes(cti_object *d, ct_slice bytes, uint64_t place, const char *prefix) {
  enum { ROW = 16 };
  for (size_t at = 0; at < bytes.size; at += ROW) {
    ct_slice row = cti_slice_cut(bytes, at, at + ROW);
    cti_text_printf(&d->text, "%s%07llx: ", prefix, (unsigned long long)(place + at));
    for (size_t i = 0; i < ROW; i++) {
      if (i < row.size) hex_digits(&d->text, row.data[i]);
      else cti_text_lit(&d->text, "  ");
      if (i % 2) cti_text_char(&d->text, ' ');
    }
    cti_text_char(&d->text, ' ');
    for (size_t i = 0; i < row.size; i++) cti_text_char(&d->text, row.data[i] >= ' ' && row.data[i] < 0x7f ? (char)row.data[i] : '.');
    cti_text_char(&d->text, '\n');
  }
}

/* ---- names */

static void set_name(cti_object *d, int space, uint32_t index, ct_slice name) {
  if (index < d->spaces[space].count && name.size) d->spaces[space].names[index] = name;
}

/* What is imported is called MODULE.NAME. */
static void name_imports(cti_object *d) {
  uint32_t next[CTI_EXTERN_KINDS] = {0};
  for (uint32_t i = 0; i < d->module.imports.count; i++) {
    const cti_import *import = &d->module.imports.items[i];
    cti_extern_kind kind = import->type.kind;
    if (d->spaces[kind].count) set_name(d, kind, next[kind]++, CTI_JOIN(d->arena, import->module, CTI_LIT("."), import->name));
  }
}

static void name_exports(cti_object *d) {
  for (uint32_t i = 0; i < d->module.exports.count; i++) {
    const cti_export *export_ = &d->module.exports.items[i];
    if (export_->kind == CTI_EXTERN_FUNC || export_->kind == CTI_EXTERN_GLOBAL) set_name(d, export_->kind, export_->index, export_->name);
  }
}

/* Those of the name section. */
static void take_names(cti_object *d) {
  static const cti_name_kind kinds[CTI_OBJECT_SPACES] = {CTI_NAME_FUNC, CTI_NAME_TABLE, CTI_NAME_MEMORY, CTI_NAME_GLOBAL, CTI_NAME_TAG, CTI_NAME_DATA};
  for (int space = 0; space < CTI_OBJECT_SPACES; space++) {
    const cti_name_map *map = cti_names_of(&d->names, kinds[space]);
    for (uint32_t i = 0; map && i < map->names.count; i++) set_name(d, space, map->names.items[i].index, map->names.items[i].name);
  }
}

/* Of two for one type the first counts. */
static ct_status find_type_names(cti_object *d) {
  const cti_name_map *map = cti_names_of(&d->names, CTI_NAME_TYPE);
  for (uint32_t i = 0; map && i < map->names.count; i++) {
    uint32_t name = i;
    bool added;
    CTI_TRY(cti_map_add_u64(&d->type_names, d->arena, map->names.items[i].index, &name, &added));
  }
  return CT_OK;
}

/* ---- symbols and relocations */

static bool read_symbols(cti_object *d, cti_cursor *c) {
  for (uint32_t left = cti_cursor_count(c, "symbols"); left && !c->failed; left--) {
    cti_symbol symbol;
    cti_read_symbol(&symbol, c);
    if (c->failed) break;
    if (!cti_vec_push(d->arena, &d->symbols, symbol)) return false;
    if (symbol.has_name && space_of(symbol.kind) >= 0) set_name(d, space_of(symbol.kind), symbol.index, symbol.name);
  }
  return true;
}

static void read_segment_names(cti_object *d, cti_cursor *c) {
  uint32_t count = cti_cursor_count(c, "segments");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    ct_slice name = cti_cursor_name(c);
    cti_cursor_u32(c); /* alignment */
    cti_cursor_u32(c); /* flags */
    if (!c->failed) set_name(d, CTI_OBJECT_SEGMENT, i, name);
  }
}

static bool read_linking(cti_object *d, const cti_section *section) {
  ct_error malformed = {0};
  cti_cursor c = cti_linking_cursor(section, &malformed);
  for (cti_subsection part; cti_subsection_next(&part, &c);) {
    if (part.code == CTI_LINKING_SYMBOLS && !read_symbols(d, &part.c)) return false;
    if (part.code == CTI_LINKING_SEGMENTS) read_segment_names(d, &part.c);
  }
  return true;
}

static bool read_relocs(cti_object *d, cti_relocs *all, const cti_section *section) {
  ct_error malformed = {0};
  cti_cursor c = cti_custom_cursor(section, &malformed);
  uint32_t target = cti_cursor_u32(&c);
  if (target >= d->module.sections.count) return true;
  for (uint32_t left = cti_cursor_count(&c, "relocations"); left && !c.failed; left--) {
    cti_reloc reloc;
    cti_read_reloc(&reloc, &c);
    if (!c.failed && !cti_vec_push(d->arena, &all[target], reloc)) return false;
  }
  return true;
}

static bool read_custom(cti_object *d) {
  ct_error malformed = {0};
  cti_relocs *relocs = CTI_NEW_N(d->arena, cti_relocs, d->module.sections.count);
  d->relocs = relocs;
  for (uint32_t i = 0; relocs && i < d->module.sections.count; i++) {
    const cti_section *section = &d->module.sections.items[i];
    if (section->frame.id != CTI_SECTION_CUSTOM) continue;
    bool good = true;
    if (cti_slice_is(section->name, "linking")) good = read_linking(d, section);
    else if (cti_slice_starts(section->name, CTI_LIT("reloc."))) good = read_relocs(d, relocs, section);
    else if (cti_slice_is(section->name, "name")) cti_names_parse(&d->names, section->content, 0, d->arena, &malformed);
    if (!good) return false;
  }
  return relocs != NULL && d->arena->error->status == CT_OK;
}

/* Fills all but `text`, `o`, `arena` and `error`. Malformed custom sections give what stands before the break. */
static ct_status read_all(cti_object *d, ct_slice bytes) {
  cti_module *m = &d->module;
  CTI_TRY(cti_module_decode(m, bytes, 0, d->arena));
  const uint32_t counts[CTI_OBJECT_SPACES] = {m->funcs.count, m->tables.count, 0, m->globals.count, m->tags.count, m->datas.count};
  for (int space = 0; space < CTI_OBJECT_SPACES; space++) {
    d->spaces[space] = (cti_object_space){CTI_NEW_N(d->arena, ct_slice, counts[space]), counts[space]};
    if (!d->spaces[space].names) return CT_NOMEM;
  }
  name_imports(d);
  name_exports(d);
  if (!read_custom(d)) return CT_NOMEM;
  take_names(d);
  return find_type_names(d);
}

/* ---- headers and contents */

static void header(cti_object *d, const cti_section *section) {
  const cti_frame *frame = &section->frame;
  ct_error malformed = {0};
  cti_cursor c = cti_cursor_make(frame->payload, frame->payload_offset, &malformed);
  cti_text_printf(&d->text, "%9s start=0x%08llx end=0x%08llx (size=0x%08llx) ", cti_object_section_name(frame->id), (unsigned long long)frame->payload_offset,
                  (unsigned long long)(frame->payload_offset + frame->payload.size), (unsigned long long)frame->payload.size);
  if (frame->id == CTI_SECTION_CUSTOM) {
    cti_text_char(&d->text, '"');
    cti_text_slice(&d->text, section->name);
    cti_text_lit(&d->text, "\"\n");
  } else {
    cti_text_printf(&d->text, frame->id == CTI_SECTION_START ? "start: %u\n" : "count: %u\n", cti_cursor_u32(&c));
  }
}

/* Is it one of those whose details and contents are wanted? */
static bool is_wanted(const cti_object *d, const cti_section *section) {
  const char *wanted = d->o->section;
  if (!wanted || strcasecmp(cti_object_section_name(section->frame.id), wanted) == 0) return true;
  return section->frame.id == CTI_SECTION_CUSTOM && section->name.size == strlen(wanted) && strncasecmp((const char *)section->name.data, wanted, section->name.size) == 0;
}

static void contents(cti_object *d, const cti_section *section) {
  cti_text_printf(&d->text, "\nContents of section %s:\n", cti_object_section_name(section->frame.id));
  cti_object_bytes(d, section->frame.payload, section->frame.payload_offset, "");
}

typedef void (*shower)(cti_object *d, const cti_section *section);

/* Gives how many there are. */
static uint32_t each_wanted(cti_object *d, shower show) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < d->module.sections.count; i++) {
    const cti_section *section = &d->module.sections.items[i];
    if (!is_wanted(d, section)) continue;
    count++;
    if (show) show(d, section);
  }
  return count;
}

static void show_module(cti_object *d) {
  const ct_object_dump_options *o = d->o;
  cti_text_printf(&d->text, "\n%s:\tfile format wasm 0x1\n", o->title ? o->title : "module");
  if (d->names.module.size) {
    cti_text_lit(&d->text, "module name:");
    cti_object_angled(d, d->names.module);
    cti_text_char(&d->text, '\n');
  }
  if (o->headers) {
    cti_text_lit(&d->text, "\nSections:\n\n");
    for (uint32_t i = 0; i < d->module.sections.count; i++) header(d, &d->module.sections.items[i]);
  }
  if (o->details) {
    cti_text_lit(&d->text, "\nSection Details:\n\n");
    each_wanted(d, cti_object_details);
  }
  if (o->disassembly) cti_object_code(d);
  if (o->contents) each_wanted(d, contents);
}

static ct_status show_all(cti_object *d, ct_slice bytes) {
  if (ct_kind_of(bytes) == CT_KIND_COMPONENT) {
    cti_fail(d->error, CT_CORE_KIND, CT_NO_OFFSET, "this is a component, which wasm-objdump has no layout for");
    snprintf(d->error->hint, sizeof d->error->hint, "`ctool objdump` lists its sections, `ctool dump` its bytes; `ctool component unbundle` takes its modules out.");
    return d->error->status;
  }
  CTI_TRY(read_all(d, bytes));
  if (d->o->section && !each_wanted(d, NULL)) return cti_fail(d->error, CT_MISUSE, CT_NO_OFFSET, "there is no section \"%s\"", d->o->section);
  show_module(d);
  return d->error->status;
}

ct_status ct_object_dump(const ct_sink *sink, ct_slice module, const ct_object_dump_options *options, ct_error *error) {
  cti_arena arena;
  cti_object d = {.o = options, .arena = &arena, .error = error};
  cti_arena_init(&arena, error);
  ct_status status = CT_NOMEM;
  if (cti_text_init(&d.text, *sink, (ct_slice){NULL, 0}, &arena)) {
    status = show_all(&d, module);
    ct_status written = cti_text_flush(&d.text);
    if (status == CT_OK) status = written != CT_OK ? written : error->status;
  }
  cti_arena_free(&arena);
  return status;
}
