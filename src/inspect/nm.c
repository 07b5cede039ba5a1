/* nm.c - the symbols of a module, or of all modules in a component: what is defined, what is imported, under which names. Flows in: bytes. Flows out: lines, or JSON.
 *
 * A letter tells the kind, capital where the symbol is exported: T function, G global, B table, M memory, E tag, D segment of data. U is what is imported. */
#include "base/json.h"
#include "core/custom.h"
#include "ctool/inspect.h"
#include "inspect/module_walk.h"
#include "inspect/symbols.h"

typedef struct symbol {
  ct_slice name;
  char kind; /* small letter */
  uint32_t index;
  uint64_t offset, bytes; /* of a definition; 0 when it has no place of its own */
  const cti_import *import;
  ct_slice export_; /* the first name that it is exported by; data == NULL: none */
} symbol;

typedef struct nm {
  cti_arena *arena;
  const ct_nm_options *options;
  cti_buf *out;
  cti_json json;
  const cti_module *m;
  CTI_VEC(symbol) symbols;
} nm;

static const char kind_letters[CTI_EXTERN_KINDS] = {'t', 'b', 'm', 'g', 'e'};
static const char *const kind_names[CTI_EXTERN_KINDS] = {"func", "table", "memory", "global", "tag"};
static const cti_name_kind name_kinds[CTI_EXTERN_KINDS] = {CTI_NAME_FUNC, CTI_NAME_TABLE, CTI_NAME_MEMORY, CTI_NAME_GLOBAL, CTI_NAME_TAG};

static ct_status add(nm *n, symbol s) { return cti_vec_push(n->arena, &n->symbols, s) ? CT_OK : CT_NOMEM; }

/* The names of one index space, in order; looked at going forward. */
typedef struct name_list {
  const cti_name_map *map;
  uint32_t at;
} name_list;

static ct_slice name_at(name_list *list, uint32_t index) {
  while (list->map && list->at < list->map->names.count && list->map->names.items[list->at].index < index) list->at++;
  bool found = list->map && list->at < list->map->names.count && list->map->names.items[list->at].index == index;
  return found ? list->map->names.items[list->at].name : (ct_slice){NULL, 0};
}

static uint32_t count_of(const cti_module *m, int kind) {
  const uint32_t counts[CTI_EXTERN_KINDS] = {m->funcs.count, m->tables.count, m->memories.count, m->globals.count, m->tags.count};
  return counts[kind];
}

/* By kind and index, the first export; UINT32_MAX for none. */
static ct_status find_exports(uint32_t **out, nm *n, int kind) {
  uint32_t count = count_of(n->m, kind);
  *out = cti_alloc_raw(n->arena, count, sizeof **out);
  if (!*out) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++) (*out)[i] = UINT32_MAX;
  for (uint32_t i = n->m->exports.count; i-- > 0;)
    if ((int)n->m->exports.items[i].kind == kind && n->m->exports.items[i].index < count) (*out)[n->m->exports.items[i].index] = i;
  return CT_OK;
}

static void place_of(symbol *s, const cti_module *m, int kind, uint32_t index) {
  switch (kind) {
  case CTI_EXTERN_FUNC:
    s->offset = m->funcs.items[index].body_offset;
    s->bytes = m->funcs.items[index].body.size;
    break;
  case CTI_EXTERN_TABLE: s->offset = m->tables.items[index].offset; break;
  case CTI_EXTERN_MEMORY: s->offset = m->memories.items[index].offset; break;
  case CTI_EXTERN_GLOBAL: s->offset = m->globals.items[index].offset; break;
  default: s->offset = m->tags.items[index].offset; break;
  }
}

static ct_status take_kind(nm *n, const cti_names *names, int kind) {
  uint32_t *exports, imported = 0, count = count_of(n->m, kind);
  name_list list = {cti_names_of(names, name_kinds[kind]), 0};
  CTI_TRY(find_exports(&exports, n, kind));
  for (uint32_t i = 0; i < n->m->imports.count && imported < count; i++) {
    const cti_import *import = &n->m->imports.items[i];
    if ((int)import->type.kind != kind) continue;
    symbol s = {.name = name_at(&list, imported), .kind = kind_letters[kind], .index = imported, .import = import};
    if (!s.name.size) s.name = import->name;
    if (exports[imported] != UINT32_MAX) s.export_ = n->m->exports.items[exports[imported]].name;
    imported++;
    CTI_TRY(add(n, s));
  }
  for (uint32_t i = imported; i < count; i++) {
    symbol s = {.name = name_at(&list, i), .kind = kind_letters[kind], .index = i};
    if (exports[i] != UINT32_MAX) s.export_ = n->m->exports.items[exports[i]].name;
    if (!s.name.size) s.name = s.export_;
    place_of(&s, n->m, kind, i);
    if (!s.name.size) s.name = cti_format(n->arena, "%s[%u]", kind_names[kind], i);
    if (!s.name.data) return CT_NOMEM;
    CTI_TRY(add(n, s));
  }
  return CT_OK;
}

static ct_status take_datas(nm *n, const cti_names *names) {
  name_list list = {cti_names_of(names, CTI_NAME_DATA), 0};
  for (uint32_t i = 0; i < n->m->datas.count; i++) {
    const cti_data *data = &n->m->datas.items[i];
    symbol s = {.name = name_at(&list, i), .kind = 'd', .index = i, .offset = data->bytes_offset, .bytes = data->bytes.size};
    if (!s.name.size) s.name = cti_format(n->arena, "data[%u]", i);
    if (!s.name.data) return CT_NOMEM;
    CTI_TRY(add(n, s));
  }
  return CT_OK;
}

static ct_status demangle(nm *n) {
  ct_slice *names = cti_alloc_raw(n->arena, n->symbols.count, sizeof *names);
  if (!names) return CT_NOMEM;
  for (uint32_t i = 0; i < n->symbols.count; i++) names[i] = n->symbols.items[i].name;
  CTI_TRY(cti_demangle(names, n->symbols.count, n->arena));
  for (uint32_t i = 0; i < n->symbols.count; i++) n->symbols.items[i].name = names[i];
  return CT_OK;
}

/* ---- writing */

static bool is_wanted(const nm *n, const symbol *s) {
  if (n->options->undefined && !s->import) return false;
  if (n->options->defined && s->import) return false;
  return !n->options->exported || s->export_.data;
}

static void write_name(cti_buf *out, ct_slice name) {
  for (size_t i = 0; i < name.size; i++) cti_buf_u8(out, name.data[i] < 0x20 || name.data[i] == 0x7f ? '?' : name.data[i]);
}

static void write_line(nm *n, const symbol *s) {
  char letter = s->import ? 'U' : s->export_.data ? (char)(s->kind - 0x20) : s->kind;
  if (s->import) cti_buf_printf(n->out, "%8s %8s %c ", "", "", letter);
  else if (s->bytes) cti_buf_printf(n->out, "%08llx %8llu %c ", (unsigned long long)s->offset, (unsigned long long)s->bytes, letter);
  else cti_buf_printf(n->out, "%08llx %8s %c ", (unsigned long long)s->offset, "", letter);
  write_name(n->out, s->name);
  if (s->import) {
    cti_buf_str(n->out, " from ");
    write_name(n->out, s->import->module);
    if (!cti_slice_eq(s->name, s->import->name)) {
      cti_buf_str(n->out, " ");
      write_name(n->out, s->import->name);
    }
  }
  cti_buf_u8(n->out, '\n');
}

static const char *kind_word(char kind) {
  for (int i = 0; i < CTI_EXTERN_KINDS; i++)
    if (kind_letters[i] == kind) return kind_names[i];
  return "data";
}

static void write_symbol(nm *n, const symbol *s) {
  cti_json *json = &n->json;
  cti_json_open(json, '{');
  cti_json_member(json, "name", s->name);
  cti_json_member_str(json, "kind", kind_word(s->kind));
  cti_json_member_uint(json, "index", s->index);
  if (s->import) {
    cti_json_member(json, "module", s->import->module);
    cti_json_member(json, "field", s->import->name);
  } else {
    cti_json_member_uint(json, "offset", s->offset);
    if (s->bytes) cti_json_member_uint(json, "bytes", s->bytes);
  }
  if (s->export_.data) cti_json_member(json, "export", s->export_);
  cti_json_close(json, '}');
}

static ct_status module(nm *n, const cti_module_item *item, uint32_t number, bool several) {
  cti_module m;
  cti_names names = {0};
  ct_error ignored = {0};
  CTI_TRY(cti_module_decode(&m, item->bytes, item->offset, n->arena));
  n->m = &m;
  n->symbols.count = 0;
  const cti_section *section = cti_module_custom(&m, CTI_LIT("name"), NULL);
  if (section) cti_names_parse(&names, section->content, 0, n->arena, &ignored);
  CTI_TRY(n->arena->error->status);
  for (int kind = 0; kind < CTI_EXTERN_KINDS; kind++) CTI_TRY(take_kind(n, &names, kind));
  CTI_TRY(take_datas(n, &names));
  if (n->options->demangle) CTI_TRY(demangle(n));
  ct_slice name = names.module.size ? names.module : cti_format(n->arena, "module %u", number);
  if (n->options->json) {
    cti_json_open(&n->json, '{');
    cti_json_member(&n->json, "module", name);
    cti_json_member_uint(&n->json, "offset", item->offset);
    cti_json_member_open(&n->json, "symbols", '[');
  } else if (several) {
    if (number) cti_buf_u8(n->out, '\n');
    write_name(n->out, name);
    cti_buf_str(n->out, ":\n");
  }
  for (uint32_t i = 0; i < n->symbols.count; i++) {
    if (!is_wanted(n, &n->symbols.items[i])) continue;
    if (n->options->json) write_symbol(n, &n->symbols.items[i]);
    else write_line(n, &n->symbols.items[i]);
  }
  if (n->options->json) {
    cti_json_close(&n->json, ']');
    cti_json_close(&n->json, '}');
  }
  return n->arena->error->status;
}

static ct_status run(nm *n, ct_slice bytes) {
  cti_module_list list;
  CTI_TRY(cti_module_list_read(&list, bytes, n->arena));
  if (n->options->json) cti_json_open(&n->json, '[');
  for (uint32_t i = 0; i < list.items.count; i++) CTI_TRY(module(n, &list.items.items[i], i, ct_kind_of(bytes) == CT_KIND_COMPONENT));
  if (!n->options->json) return CT_OK;
  cti_json_close(&n->json, ']');
  cti_buf_u8(n->out, '\n');
  return CT_OK;
}

ct_status ct_nm(ct_buf *out, ct_slice bytes, const ct_nm_options *options, ct_error *error) {
  static const ct_nm_options defaults;
  cti_arena arena;
  nm n = {.arena = &arena, .options = options ? options : &defaults, .out = out};
  *out = (ct_buf){0};
  cti_arena_init(&arena, error);
  n.json = cti_json_make(out, 0);
  ct_status status = run(&n, bytes);
  if (status == CT_OK) status = cti_buf_check(out, error);
  if (status != CT_OK) ct_buf_free(out);
  cti_arena_free(&arena);
  return status;
}
