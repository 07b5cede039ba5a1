/* link_library.c - a shared library as the linker sees it. Flows in: a core module with a dylink.0 section. Flows out: what it needs (libraries, functions,
 * addresses of data and of functions, tags) and what it has, each list sorted and without repetitions, so that the link does not depend on the order in
 * which a compiler wrote them. https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md */
#include <stdlib.h>

#include "compose/link.h"
#include "compose/metadata.h"
#include "compose/world_match.h"

const char *const cti_link_import_names[CTI_LINK_IMPORTS] = {
#define CT_LINK_IMPORT(symbol, module, field, kind, type) field,
#include "compose/link_names.def"
#undef CT_LINK_IMPORT
};

const char *const cti_link_export_names[CTI_LINK_EXPORTS] = {
#define CT_LINK_EXPORT(symbol, name, kind, type) name,
#include "compose/link_names.def"
#undef CT_LINK_EXPORT
};

static const struct {
  const char *module;
  cti_extern_kind kind;
  const char *type;
} import_rows[CTI_LINK_IMPORTS] = {
#define CT_LINK_IMPORT(symbol, module, field, kind, type) {module, CTI_EXTERN_##kind, type},
#include "compose/link_names.def"
#undef CT_LINK_IMPORT
};

static const struct {
  cti_extern_kind kind;
  const char *type;
} export_rows[CTI_LINK_EXPORTS] = {
#define CT_LINK_EXPORT(symbol, name, kind, type) {CTI_EXTERN_##kind, type},
#include "compose/link_names.def"
#undef CT_LINK_EXPORT
};

/* ---- types of symbols as bytes */

enum { KIND_FUNC = 1, KIND_GLOBAL = 2, KIND_TAG = 3 };

/* 1 .. 4 in the order i32, i64, f32, f64; 0 for a type that symbols cannot have. */
static uint8_t type_code(cti_corevt type) { return type <= CTI_VT_I32 && type >= CTI_VT_F64 ? (uint8_t)(CTI_VT_I32 - type + 1) : 0; }

static ct_slice func_bytes(cti_arena *arena, uint8_t kind, const cti_subtype *type) {
  uint32_t count = type->param_count + type->result_count;
  uint8_t *bytes = cti_alloc(arena, (size_t)count + 3);
  size_t size = 0;
  if (!bytes) return (ct_slice){NULL, 0};
  bytes[size++] = kind;
  for (uint32_t i = 0; i < count; i++) {
    if (i == type->param_count) bytes[size++] = 0;
    bytes[size] = type_code(type->types[i]);
    if (bytes[size++] == 0) return (ct_slice){NULL, 0};
  }
  if (type->result_count == 0) bytes[size++] = 0;
  bytes[size++] = 0;
  return cti_slice(bytes, size);
}

ct_slice cti_link_func_type(const cti_link *link, const cti_subtype *type) { return func_bytes(link->arena, KIND_FUNC, type); }

static ct_slice global_bytes(cti_arena *arena, const cti_global_type *type) {
  const uint8_t bytes[] = {KIND_GLOBAL, type_code(type->type), type->is_mutable, type->shared};
  return bytes[1] ? cti_copy(arena, cti_slice(bytes, sizeof bytes)) : (ct_slice){NULL, 0};
}

cti_core_sig cti_link_sig(ct_slice type) {
  cti_core_sig sig = {0};
  size_t at = 1;
  for (; type.data[at]; at++) sig.params[sig.param_count++] = (uint8_t)(CTI_FLAT_I32 - type.data[at] + 1);
  for (at++; type.data[at]; at++) sig.results[sig.result_count++] = (uint8_t)(CTI_FLAT_I32 - type.data[at] + 1);
  return sig;
}

ct_slice cti_link_type_text(cti_arena *arena, ct_slice type) {
  static const char *const names[] = {"?", "i32", "i64", "f32", "f64"};
  if (type.data[0] == KIND_GLOBAL) return cti_format(arena, "global %s%s", type.data[2] ? "mut " : "", names[type.data[1]]);
  cti_core_sig sig = cti_link_sig(type);
  return cti_format(arena, "%s %.*s", type.data[0] == KIND_TAG ? "tag" : "function", CTI_S(cti_sig_text(arena, &sig)));
}

ct_slice cti_link_key(const cti_link *link, ct_slice name, ct_slice type) {
  uint8_t *bytes = cti_alloc(link->arena, type.size + name.size);
  if (!bytes) return (ct_slice){NULL, 0};
  memcpy(bytes, type.data, type.size);
  if (name.size) memcpy(bytes + type.size, name.data, name.size);
  return cti_slice(bytes, type.size + name.size);
}

/* ---- lists: sorted, unique */

static int compare_symbols(const void *a, const void *b) {
  const cti_link_symbol *x = a, *y = b;
  int order = cti_slice_cmp(x->module, y->module);
  if (!order) order = cti_slice_cmp(x->name, y->name);
  if (!order) order = cti_slice_cmp(x->type, y->type);
  return order ? order : (x->flags > y->flags) - (x->flags < y->flags);
}

static void settle_symbols(cti_link_symbols *list) {
  uint32_t kept = 0;
  if (list->count) qsort(list->items, list->count, sizeof *list->items, compare_symbols);
  for (uint32_t i = 0; i < list->count; i++)
    if (kept == 0 || compare_symbols(&list->items[kept - 1], &list->items[i])) list->items[kept++] = list->items[i];
  list->count = kept;
}

static int compare_names(const void *a, const void *b) { return cti_slice_cmp(*(const ct_slice *)a, *(const ct_slice *)b); }

static void settle_names(cti_link_names *list) {
  uint32_t kept = 0;
  if (list->count) qsort(list->items, list->count, sizeof *list->items, compare_names);
  for (uint32_t i = 0; i < list->count; i++)
    if (kept == 0 || !cti_slice_eq(list->items[kept - 1], list->items[i])) list->items[kept++] = list->items[i];
  list->count = kept;
}

/* ---- reading */

typedef struct reader {
  cti_link_library *lib;
  const cti_link *link;
  cti_map import_flags, export_flags; /* of dylink.0: module and name, or name -> flags */
} reader;

static ct_status bad_library(const reader *r, const char *format, ct_slice module, ct_slice name, const char *hint) {
  ct_slice why = cti_format(r->link->arena, format, CTI_S(module), CTI_S(name));
  ct_status status = cti_fail(r->link->arena->error, CT_COMPOSE_LINK, CT_NO_OFFSET, "library \"%.*s\" %.*s", CTI_S(r->lib->name), CTI_S(why));
  cti_error_hint(r->link->arena->error, "%s", hint);
  return status;
}

ct_slice cti_link_two_names(const cti_link *l, ct_slice module, ct_slice name) {
  return CTI_JOIN(l->arena, cti_slice(&module.size, sizeof module.size), module, name);
}

static ct_status read_part(reader *r, const cti_dylink_part *part) {
  cti_arena *arena = r->link->arena;
  cti_link_library *lib = r->lib;
  switch (part->code) {
  case CTI_DYLINK_MEM_INFO:
    if (part->memory_align > 31 || part->table_align > 31) return bad_library(r, "asks for an alignment of more than 2^31%.*s%.*s", CTI_LIT(""), CTI_LIT(""), "its dylink.0 section is broken");
    lib->memory_size = part->memory_size;
    lib->memory_align = part->memory_align;
    lib->table_size = part->table_size;
    lib->table_align = part->table_align;
    return CT_OK;
  case CTI_DYLINK_NEEDED:
    lib->needed.count = 0;
    for (uint32_t i = 0; i < part->names.count; i++)
      if (!cti_vec_push(arena, &lib->needed, part->names.items[i])) return CT_NOMEM;
    return CT_OK;
  case CTI_DYLINK_EXPORT_INFO:
  case CTI_DYLINK_IMPORT_INFO:
    for (uint32_t i = 0; i < part->symbols.count; i++) {
      const cti_dylink_symbol *symbol = &part->symbols.items[i];
      bool is_import = part->code == CTI_DYLINK_IMPORT_INFO;
      ct_slice key = is_import ? cti_link_two_names(r->link, symbol->module, symbol->name) : symbol->name;
      CTI_TRY(cti_map_set(is_import ? &r->import_flags : &r->export_flags, arena, key, symbol->flags));
    }
    return CT_OK;
  default: return CT_OK;
  }
}

static ct_status read_dylink(reader *r) {
  r->lib->memory_align = r->lib->table_align = 1;
  for (const cti_section *s = NULL; (s = cti_module_custom(&r->lib->module, CTI_LIT("dylink.0"), s));) {
    cti_dylink dylink = {0};
    CTI_TRY(cti_dylink_parse(&dylink, s->content, s->frame.payload_offset + (s->frame.payload.size - s->content.size), r->link->arena, r->link->arena->error));
    for (uint32_t i = 0; i < dylink.parts.count; i++) CTI_TRY(read_part(r, &dylink.parts.items[i]));
  }
  return CT_OK;
}

static uint32_t flags_of(const cti_map *flags, ct_slice key) {
  uint32_t value = cti_map_get(flags, key);
  return value == CTI_MAP_NONE ? 0 : value;
}

static ct_status add_symbol(const reader *r, cti_link_symbols *list, const cti_import *import, ct_slice module, ct_slice type) {
  if (!type.data) {
    if (r->link->arena->error->status != CT_OK) return r->link->arena->error->status;
    return bad_library(r, "imports \"%.*s\" \"%.*s\" with a type that symbols cannot have", import->module, import->name, "symbols are functions, globals and tags of numbers");
  }
  ct_slice key = cti_link_two_names(r->link, import->module, import->name);
  if (!key.data) return CT_NOMEM;
  return cti_vec_push(r->link->arena, list, ((cti_link_symbol){module, import->name, type, flags_of(&r->import_flags, key)})) ? CT_OK : CT_NOMEM;
}

/* The function type, when it is one that compilers of C write: alone in its group, without sub- and supertypes. Another one with the same values is not the
 * same type, and could not be imported in its place. */
static const cti_subtype *plain_type(const reader *r, uint32_t index) {
  const cti_module *m = &r->lib->module;
  const cti_subtype *type = cti_module_type_func(m, index);
  bool is_plain = type && type->is_final && !type->shared && type->super_count == 0 && type->describes == UINT32_MAX && type->descriptor == UINT32_MAX;
  return is_plain && cti_module_rec_group(m, index)->count == 1 ? type : NULL;
}

static ct_slice symbol_type(const reader *r, const cti_extern_type *type) {
  if (type->kind == CTI_EXTERN_GLOBAL) return global_bytes(r->link->arena, &type->of.global);
  const cti_subtype *of = plain_type(r, type->type);
  return of ? func_bytes(r->link->arena, type->kind == CTI_EXTERN_TAG ? KIND_TAG : KIND_FUNC, of) : (ct_slice){NULL, 0};
}

static ct_status bad_import(const reader *r, const cti_import *import) {
  return bad_library(r, "imports \"%.*s\" \"%.*s\" as something else than the conventions of dynamic linking have it", import->module, import->name,
                     "link libraries made by `wasm-ld -shared`; a module that is no library goes to `ctool component new`");
}

/* The table and the memory of all grow as they must, up to what indices of 32 bits reach: a library that sets a limit is none. */
static bool read_limits(uint64_t *least, const cti_limits *limits, uint64_t most) {
  *least = limits->min;
  return !limits->has_max && cti_limits_are_plain(limits) && limits->min <= most;
}

/* Is it a function of that many values of i32? */
static bool is_of_i32(const cti_subtype *type, const char *letters) {
  uint32_t params = letters[0] == 'i', results = letters[0] == ':' && letters[1] == 'i';
  if (letters[0] == '*') return type != NULL;
  return type && type->param_count == params && type->result_count == results && (params + results == 0 || type->types[0] == CTI_VT_I32);
}

static bool fits(reader *r, const cti_extern_type *type, const char *expected) {
  enum { MOST_PAGES = 65536 };
  switch (type->kind) {
  case CTI_EXTERN_FUNC: return is_of_i32(plain_type(r, type->type), expected);
  case CTI_EXTERN_GLOBAL: return type->of.global.type == CTI_VT_I32 && type->of.global.is_mutable == (expected[0] == 'v') && !type->of.global.shared;
  case CTI_EXTERN_TABLE: return type->of.table.element == CTI_VT_FUNCREF && read_limits(&r->lib->least_table, &type->of.table.limits, UINT32_MAX);
  case CTI_EXTERN_MEMORY: return read_limits(&r->lib->least_pages, &type->of.memory, MOST_PAGES);
  default: return true;
  }
}

/* What the linker itself provides. */
static ct_status read_known(bool *known, reader *r, const cti_import *import) {
  for (unsigned i = 0; i < CTI_LINK_IMPORTS; i++) {
    if (!cti_slice_is(import->module, import_rows[i].module) || !cti_slice_is(import->name, cti_link_import_names[i])) continue;
    *known = r->lib->imports[i] = true;
    return import->type.kind == import_rows[i].kind && fits(r, &import->type, import_rows[i].type) ? CT_OK : bad_import(r, import);
  }
  return CT_OK;
}

static ct_status read_env(reader *r, const cti_import *import) {
  if (import->type.kind != CTI_EXTERN_FUNC && import->type.kind != CTI_EXTERN_TAG) return bad_import(r, import);
  cti_link_symbols *list = import->type.kind == CTI_EXTERN_TAG ? &r->lib->tags : &r->lib->env_funcs;
  return add_symbol(r, list, import, (ct_slice){NULL, 0}, symbol_type(r, &import->type));
}

static ct_status read_address(reader *r, cti_link_names *list, const cti_import *import) {
  if (import->type.kind != CTI_EXTERN_GLOBAL || !fits(r, &import->type, "variable")) return bad_import(r, import);
  return cti_vec_push(r->link->arena, list, import->name) ? CT_OK : CT_NOMEM;
}

static ct_status read_adapter_import(reader *r, const cti_import *import) {
  bool is_symbol = import->type.kind == CTI_EXTERN_GLOBAL || import->type.kind == CTI_EXTERN_FUNC;
  return add_symbol(r, &r->lib->adapter_imports, import, import->module, is_symbol ? symbol_type(r, &import->type) : (ct_slice){NULL, 0});
}

static ct_status read_import(reader *r, const cti_import *import) {
  bool known = false;
  if (import->type.exact) return bad_import(r, import); /* of functions behind shims and stubs nobody knows the exact type */
  CTI_TRY(read_known(&known, r, import));
  if (known) return CT_OK;
  if (cti_slice_is(import->module, "env")) return read_env(r, import);
  if (cti_slice_is(import->module, "GOT.mem")) return read_address(r, &r->lib->memory_addresses, import);
  if (cti_slice_is(import->module, "GOT.func")) return read_address(r, &r->lib->table_addresses, import);
  if (cti_map_get(&r->link->plan->unit_ids, import->module) != CTI_MAP_NONE) return read_adapter_import(r, import);
  return import->type.kind == CTI_EXTERN_FUNC || import->type.kind == CTI_EXTERN_GLOBAL ? CT_OK : bad_import(r, import);
}

/* The type of what is exported, in the form that imports have; a kind that symbols do not have, or an index beyond the end, gives false. */
static bool exported(cti_extern_type *out, const cti_module *m, const cti_export *export_) {
  *out = (cti_extern_type){.kind = export_->kind};
  switch (export_->kind) {
  case CTI_EXTERN_FUNC: return export_->index < m->funcs.count && (out->type = m->funcs.items[export_->index].type, true);
  case CTI_EXTERN_TAG: return export_->index < m->tags.count && (out->type = m->tags.items[export_->index].type, true);
  case CTI_EXTERN_GLOBAL: return export_->index < m->globals.count && (out->of.global = m->globals.items[export_->index].type, true);
  default: return false;
  }
}

static ct_status bad_export(const reader *r, const cti_export *export_, const char *format) {
  if (r->link->arena->error->status != CT_OK) return r->link->arena->error->status;
  return bad_library(r, format, CTI_LIT(""), export_->name, "link libraries made by `wasm-ld -shared`; a module that is no library goes to `ctool component new`");
}

static ct_status read_export(reader *r, const cti_export *export_) {
  cti_extern_type type;
  bool is_symbol = exported(&type, &r->lib->module, export_);
  for (unsigned i = 0; i < CTI_LINK_EXPORTS; i++) {
    if (!cti_slice_is(export_->name, cti_link_export_names[i])) continue;
    r->lib->exports[i] = is_symbol && type.kind == export_rows[i].kind && fits(r, &type, export_rows[i].type);
    return r->lib->exports[i] ? CT_OK : bad_export(r, export_, "exports \"%.*s%.*s\" as something else than the conventions of dynamic linking have it");
  }
  ct_slice bytes = is_symbol ? symbol_type(r, &type) : (ct_slice){NULL, 0};
  if (!bytes.data) return bad_export(r, export_, "exports \"%.*s%.*s\", which is no symbol: symbols are functions, globals and tags of numbers, of final types without supertypes");
  cti_link_symbol symbol = {.name = export_->name, .type = bytes, .flags = flags_of(&r->export_flags, export_->name)};
  return cti_vec_push(r->link->arena, &r->lib->symbols, symbol) ? CT_OK : CT_NOMEM;
}

/* Does a section of its own ask the component to export something? Then the library is needed even when no other one needs it. */
static ct_status read_worlds(reader *r) {
  cti_bindings bindings;
  CTI_TRY(cti_bindings_init(&bindings, r->link->arena));
  CTI_TRY(cti_bindings_add_module(&bindings, &r->lib->module, NULL));
  r->lib->has_component_exports = bindings.resolve.worlds.items[bindings.world].exports.count > 0;
  return CT_OK;
}

static ct_status read_all(reader *r) {
  cti_link_library *lib = r->lib;
  CTI_TRY(cti_module_decode_interface(&lib->module, lib->bytes, 0, r->link->arena));
  CTI_TRY(read_worlds(r));
  CTI_TRY(read_dylink(r));
  for (uint32_t i = 0; i < lib->module.imports.count; i++) CTI_TRY(read_import(r, &lib->module.imports.items[i]));
  for (uint32_t i = 0; i < lib->module.exports.count; i++) CTI_TRY(read_export(r, &lib->module.exports.items[i]));
  settle_symbols(&lib->env_funcs);
  settle_symbols(&lib->tags);
  settle_symbols(&lib->symbols);
  settle_symbols(&lib->adapter_imports);
  settle_names(&lib->memory_addresses);
  settle_names(&lib->table_addresses);
  return CT_OK;
}

ct_status cti_link_read(cti_link_library *out, const cti_link *link, ct_slice name, ct_slice file, ct_slice bytes, bool is_openable) {
  *out = (cti_link_library){.name = name, .file = file, .bytes = bytes, .is_openable = is_openable};
  reader r = {.lib = out, .link = link};
  ct_status status = read_all(&r);
  if (status != CT_OK && file.size) cti_error_file(link->arena->error, file);
  return status;
}
