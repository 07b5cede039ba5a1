/* object_has.c - which object file asks for, or offers, what a linked module imports or exports. Flows in: an object file or an archive. Flows out: yes or no, and
 * the member's name. Archives are those of System V (GNU) and BSD: https://man.freebsd.org/cgi/man.cgi?ar(5) */
#include "base/map.h"
#include "core/custom.h"
#include "ctool/inspect.h"

enum { HEADER = 60, NAME = 16, SIZE_AT = 48, SIZE = 10 };

/* ---- one object */

static bool imports(const cti_module *m, const ct_object_question *question) {
  for (uint32_t i = 0; i < m->imports.count; i++)
    if (cti_slice_is(m->imports.items[i].module, question->module) && cti_slice_is(m->imports.items[i].name, question->name)) return true;
  return false;
}

/* The next symbol that this object defines for others to see; false at the end. */
static bool next_definition(cti_symbol *out, cti_cursor *c, uint32_t *left) {
  while (*left && !c->failed) {
    --*left;
    cti_read_symbol(out, c);
    if (!c->failed && out->has_name && !(out->flags & (CTI_SYMBOL_UNDEFINED | CTI_SYMBOL_LOCAL))) return true;
  }
  return false;
}

/* The symbol table, with its count read; an empty cursor where there is none. */
static cti_cursor symbols_of(const cti_module *m, uint32_t *count, ct_error *ignored) {
  const cti_section *section = cti_module_custom(m, CTI_LIT("linking"), NULL);
  cti_cursor none = cti_cursor_make((ct_slice){NULL, 0}, 0, ignored);
  *count = 0;
  if (!section) return none;
  cti_cursor c = cti_linking_cursor(section, ignored);
  for (cti_subsection part; cti_subsection_next(&part, &c);) {
    if (part.code != CTI_LINKING_SYMBOLS) continue;
    *count = cti_cursor_count(&part.c, "symbols");
    return part.c;
  }
  return none;
}

/* By an export of its own (export_name), or by a symbol that the linker was told to export. */
static bool exports(const cti_module *m, const ct_object_question *question) {
  ct_error ignored = {0};
  uint32_t left;
  cti_symbol symbol;
  for (uint32_t i = 0; i < m->exports.count; i++)
    if (cti_slice_is(m->exports.items[i].name, question->name)) return true;
  cti_cursor c = symbols_of(m, &left, &ignored);
  while (next_definition(&symbol, &c, &left))
    if (symbol.kind == CTI_SYMBOL_FUNC && cti_slice_is(symbol.name, question->name)) return true;
  return false;
}

static bool decode(cti_module *out, ct_slice bytes, cti_arena *arena) {
  return ct_kind_of(bytes) == CT_KIND_MODULE && cti_module_decode_interface(out, bytes, 0, arena) == CT_OK;
}

/* The names of the functions in the linked module; empty when it has none. */
static bool names_of(cti_map *out, ct_slice linked, cti_arena *arena) {
  cti_module m;
  cti_names names = {0};
  ct_error malformed = {0};
  if (!decode(&m, linked, arena)) return false;
  const cti_section *section = cti_module_custom(&m, CTI_LIT("name"), NULL);
  if (section) cti_names_parse(&names, section->content, 0, arena, &malformed);
  const cti_name_map *funcs = cti_names_of(&names, CTI_NAME_FUNC);
  for (uint32_t i = 0; funcs && i < funcs->names.count; i++)
    if (cti_map_set(out, arena, funcs->names.items[i].name, i) != CT_OK) return false;
  return true;
}

/* Is something of a member in the linked module? Without names there nobody can tell. */
static bool was_linked(const cti_module *m, const cti_map *names) {
  ct_error ignored = {0};
  uint32_t left;
  cti_symbol symbol;
  if (!names->count) return true;
  cti_cursor c = symbols_of(m, &left, &ignored);
  while (next_definition(&symbol, &c, &left))
    if (symbol.kind == CTI_SYMBOL_FUNC && cti_map_get(names, symbol.name) != CTI_MAP_NONE) return true;
  return false;
}

static bool has(ct_slice bytes, const ct_object_question *question, const cti_map *names) {
  cti_arena arena;
  cti_module m;
  ct_error ignored = {0};
  cti_arena_init(&arena, &ignored);
  bool found = decode(&m, bytes, &arena) && (question->module ? imports(&m, question) : exports(&m, question)) && (!names || was_linked(&m, names));
  cti_arena_free(&arena);
  return found;
}

/* ---- archives */

static uint64_t number(ct_slice digits) {
  uint64_t value = 0;
  for (size_t i = 0; i < digits.size && digits.data[i] >= '0' && digits.data[i] <= '9'; i++) value = value * 10 + (uint64_t)(digits.data[i] - '0');
  return value;
}

/* NAME/, /OFFSET into the table of long names, or #1/SIZE before the content. */
static ct_slice member_name(ct_slice header, ct_slice long_names, ct_slice *content) {
  ct_slice name = cti_slice_cut(header, 0, NAME);
  if (cti_slice_starts(name, CTI_LIT("#1/"))) {
    size_t size = (size_t)number(cti_slice_cut(name, 3, NAME));
    name = cti_slice_cut(*content, 0, size);
    *content = cti_slice_cut(*content, size, content->size);
    return cti_slice_cut(name, 0, cti_slice_find(name, 0, 0));
  }
  if (name.size > 1 && name.data[0] == '/' && name.data[1] >= '0' && name.data[1] <= '9') {
    name = cti_slice_cut(long_names, (size_t)number(cti_slice_cut(name, 1, NAME)), long_names.size);
    name = cti_slice_cut(name, 0, cti_slice_find(name, '\n', 0));
  }
  size_t end = cti_slice_find(name, '/', 0);
  name = cti_slice_cut(name, 0, end);
  while (name.size && name.data[name.size - 1] == ' ') name.size--;
  return name;
}

static bool archive_has(ct_slice *member, ct_slice archive, const ct_object_question *question, const cti_map *names) {
  ct_slice long_names = {NULL, 0};
  for (size_t at = 8; at + HEADER <= archive.size;) {
    ct_slice header = cti_slice_cut(archive, at, at + HEADER), size_text = cti_slice_cut(header, SIZE_AT, SIZE_AT + SIZE);
    uint64_t size = number(size_text);
    at += HEADER;
    if (size > archive.size - at) return false;
    ct_slice content = cti_slice_cut(archive, at, at + (size_t)size);
    at += (size_t)size + size % 2;
    if (cti_slice_starts(header, CTI_LIT("// "))) long_names = content;
    *member = member_name(header, long_names, &content);
    if (has(content, question, names)) return true;
  }
  return false;
}

bool ct_object_has(ct_slice *member, ct_slice object, const ct_object_question *question) {
  cti_arena arena;
  ct_error ignored = {0};
  cti_map names = {0};
  *member = (ct_slice){NULL, 0};
  if (!cti_slice_starts(object, CTI_LIT("!<arch>\n"))) return has(object, question, NULL);
  cti_arena_init(&arena, &ignored);
  bool found = names_of(&names, question->linked, &arena) && archive_has(member, object, question, &names);
  cti_arena_free(&arena);
  return found;
}
