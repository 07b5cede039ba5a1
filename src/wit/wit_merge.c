/* wit_merge.c - joining two graphs by the names of their packages. First every id of `from` gets its id in `into` - that of the same entity, or a new one
 * in order - then what is new moves over with all ids replaced, so that nothing depends on the order of the lists. */
#include "wit/wit_merge.h"

#include "wit/wit_error.h"
#include "wit/wit_world.h"

typedef struct merger {
  cti_resolve *into, *from;
  cti_arena *arena;
  cti_merge_maps *maps;
  uint32_t file_offset;
} merger;

/* ---- agreement ---- */

ct_status cti_merge_stability(const cti_resolve *resolve, const cti_stability *from, cti_stability *into, cti_span span) {
  if (from->kind == CTI_STABILITY_UNKNOWN || cti_stability_eq(from, into)) return CT_OK;
  if (into->kind != CTI_STABILITY_UNKNOWN) return cti_wit_fail(resolve, CT_WIT_MERGE, span, "this is gated by other attributes than the same item elsewhere");
  *into = *from;
  return CT_OK;
}

/* Binaries have no places; who merges them knows which they are. */
static void hint_other(const cti_resolve *resolve, cti_span span) {
  if (span.size && span.file < resolve->files.count) cti_error_hint(resolve->arena->error, "the other definition is in %.*s", CTI_S(cti_span_text(resolve, span)));
}

static ct_status fail_func(const cti_resolve *ar, const cti_wit_func *a, const cti_resolve *br, const cti_wit_func *b, const char *what) {
  cti_wit_fail(ar, CT_WIT_MERGE, a->span, "the function `%.*s` is defined twice, with different %s", CTI_S(a->name), what);
  hint_other(br, b->span);
  return CT_WIT_MERGE;
}

/* Named types are taken to be the same when both are: resources make more than that hard to tell. */
static bool same_type(cti_valtype a, cti_valtype b) { return (cti_valtype_is_def(a) && cti_valtype_is_def(b)) || cti_valtype_eq(a, b); }

ct_status cti_check_same_func(const cti_resolve *ar, const cti_wit_func *a, const cti_resolve *br, const cti_wit_func *b) {
  if (a->kind != b->kind || a->accessor != b->accessor || a->is_async != b->is_async) return fail_func(ar, a, br, b, "kinds (async, method, static)");
  if (a->param_count != b->param_count) return fail_func(ar, a, br, b, "numbers of parameters");
  for (uint32_t i = 0; i < a->param_count; i++) {
    if (!cti_slice_eq(a->params[i].name, b->params[i].name)) return fail_func(ar, a, br, b, "names of parameters");
    if (!same_type(a->params[i].type, b->params[i].type)) return fail_func(ar, a, br, b, "types of parameters");
  }
  return same_type(a->result, b->result) ? CT_OK : fail_func(ar, a, br, b, "results");
}

ct_status cti_check_same_interface(const cti_resolve *ar, uint32_t a, const cti_resolve *br, uint32_t b) {
  const cti_wit_interface *x = &ar->interfaces.items[a], *y = &br->interfaces.items[b];
  for (uint32_t i = 0; i < x->funcs.count; i++) {
    uint32_t at = cti_map_get(&y->func_slots, x->funcs.items[i].name);
    if (at != CTI_MAP_NONE) CTI_TRY(cti_check_same_func(ar, &x->funcs.items[i], br, &y->funcs.items[at]));
  }
  return CT_OK;
}

/* ---- what is in both ---- */

static ct_status join_interface(merger *m, uint32_t from, uint32_t into) {
  const cti_wit_interface *x = &m->from->interfaces.items[from], *y = &m->into->interfaces.items[into];
  m->maps->interfaces[from] = into;
  for (uint32_t i = 0; i < x->types.count; i++) m->maps->types[x->types.items[i]] = cti_map_get(&y->type_ids, m->from->names.items[x->types.items[i]].name);
  ct_status status = cti_check_same_interface(m->from, from, m->into, into);
  if (status != CT_OK) cti_error_trail(m->arena->error, "interface %.*s", CTI_S(cti_interface_id(m->from, from)));
  return status;
}

static ct_status fail_world(const merger *m, const cti_wit_world *from, const cti_wit_world *into, const char *what, ct_slice name) {
  cti_wit_fail(m->from, CT_WIT_MERGE, from->span, "the world `%.*s` is defined twice and differs: %s%s%.*s%s", CTI_S(from->name), what, name.size ? " `" : "", CTI_S(name), name.size ? "`" : "");
  hint_other(m->into, into->span);
  return CT_WIT_MERGE;
}

static ct_status join_world_items(merger *m, const cti_wit_world *from, const cti_wit_world *into, bool exports) {
  const cti_world_items *x = exports ? &from->exports : &from->imports, *y = exports ? &into->exports : &into->imports;
  cti_item_index index;
  if (x->count != y->count) return fail_world(m, from, into, exports ? "it has another number of exports" : "it has another number of imports", (ct_slice){0});
  CTI_TRY(cti_item_index_make(&index, y, m->arena));
  for (uint32_t i = 0; i < x->count; i++) {
    const cti_world_item *item = &x->items[i];
    cti_world_item key = *item;
    if (item->kind == CTI_WORLD_INTERFACE) key.interface = m->maps->interfaces[item->interface];
    uint32_t at = cti_item_index_find(&index, &key);
    ct_slice name = cti_world_item_name(m->from, item);
    if (at == CTI_WIT_NONE) return fail_world(m, from, into, "one of the two lacks", name);
    if (y->items[at].kind != item->kind) return fail_world(m, from, into, "of different kinds is", name);
    if (item->kind == CTI_WORLD_TYPE) m->maps->types[item->type] = y->items[at].type;
    if (item->kind != CTI_WORLD_INTERFACE) continue;
    bool inline_from = !m->from->interfaces.items[item->interface].name.data, inline_into = !m->into->interfaces.items[y->items[at].interface].name.data;
    if (inline_from && inline_into) CTI_TRY(join_interface(m, item->interface, y->items[at].interface));
    else if (m->maps->interfaces[item->interface] != y->items[at].interface) return fail_world(m, from, into, "different interfaces are", name);
  }
  return CT_OK;
}

static ct_status join_worlds(merger *m, uint32_t from, uint32_t into) {
  m->maps->worlds[from] = into;
  CTI_TRY(join_world_items(m, &m->from->worlds.items[from], &m->into->worlds.items[into], false));
  return join_world_items(m, &m->from->worlds.items[from], &m->into->worlds.items[into], true);
}

/* All interfaces before any world: worlds are compared by the ids of what they import. */
static ct_status join_packages(merger *m) {
  for (uint32_t i = 0; i < m->from->packages.count; i++) {
    const cti_wit_package *package = &m->from->packages.items[i];
    m->maps->packages[i] = cti_resolve_find_package(m->into, &package->name);
    CTI_TRY(m->into->arena->error->status);
    for (uint32_t j = 0; m->maps->packages[i] != CTI_WIT_NONE && j < package->interfaces.count; j++) {
      uint32_t other = cti_map_get(&m->into->packages.items[m->maps->packages[i]].interface_ids, m->from->interfaces.items[package->interfaces.items[j]].name);
      if (other != CTI_MAP_NONE) CTI_TRY(join_interface(m, package->interfaces.items[j], other));
    }
  }
  for (uint32_t i = 0; i < m->from->packages.count; i++) {
    const cti_wit_package *package = &m->from->packages.items[i];
    for (uint32_t j = 0; m->maps->packages[i] != CTI_WIT_NONE && j < package->worlds.count; j++) {
      uint32_t other = cti_map_get(&m->into->packages.items[m->maps->packages[i]].world_ids, m->from->worlds.items[package->worlds.items[j]].name);
      if (other != CTI_MAP_NONE) CTI_TRY(join_worlds(m, package->worlds.items[j], other));
    }
  }
  return m->arena->error->status;
}

/* ---- ids and what they stand in ---- */

static uint32_t *fresh_map(merger *m, uint32_t count) {
  uint32_t *map = cti_alloc_raw(m->arena, count, sizeof *map);
  for (uint32_t i = 0; map && i < count; i++) map[i] = CTI_WIT_NONE;
  return map;
}

/* The first `count` ids: new ones for what is not joined. Marks which those are. */
static void assign(uint32_t *map, bool *is_new, uint32_t count, uint32_t next) {
  for (uint32_t i = 0; i < count; i++) {
    is_new[i] = map[i] == CTI_WIT_NONE;
    if (is_new[i]) map[i] = next++;
  }
}

static cti_valtype map_valtype(const merger *m, cti_valtype type) {
  return cti_valtype_is_def(type) ? cti_valtype_def(m->maps->types[cti_valtype_index(type)]) : type;
}

static void map_span(const merger *m, cti_span *span) {
  if (span->size && span->file != CTI_WIT_NONE) span->file += m->file_offset;
}

static void map_func(const merger *m, cti_wit_func *func) {
  if (func->resource != CTI_WIT_NONE) func->resource = m->maps->types[func->resource];
  for (uint32_t i = 0; i < func->param_count; i++) func->params[i].type = map_valtype(m, func->params[i].type);
  func->result = map_valtype(m, func->result);
  map_span(m, &func->span);
}

static ct_status move_type(merger *m, uint32_t type) {
  cti_def def = m->from->types.defs.items[type];
  cti_wit_type names = m->from->names.items[type];
  for (uint32_t i = 0, count = cti_def_child_count(&def); i < count; i++) cti_def_set_child(&def, i, map_valtype(m, cti_def_child(&def, i)));
  if (names.owner.kind == CTI_OWNER_INTERFACE) names.owner.id = m->maps->interfaces[names.owner.id];
  if (names.owner.kind == CTI_OWNER_WORLD) names.owner.id = m->maps->worlds[names.owner.id];
  map_span(m, &names.span);
  return cti_resolve_add_type(m->into, &def, &names) == CTI_WIT_NONE ? m->arena->error->status : CT_OK;
}

/* What the other definition of an interface lacks. */
static ct_status complete_interface(merger *m, uint32_t from, uint32_t into) {
  const cti_wit_interface *x = &m->from->interfaces.items[from];
  CTI_TRY(cti_merge_stability(m->from, &x->stability, &m->into->interfaces.items[into].stability, x->span));
  for (uint32_t i = 0; i < x->types.count; i++)
    if (cti_map_get(&m->into->interfaces.items[into].type_ids, m->from->names.items[x->types.items[i]].name) == CTI_MAP_NONE)
      CTI_TRY(cti_interface_add_type(m->into, into, m->maps->types[x->types.items[i]]));
  for (uint32_t i = 0; i < x->funcs.count; i++) {
    cti_wit_func func = x->funcs.items[i];
    if (cti_map_get(&m->into->interfaces.items[into].func_slots, func.name) != CTI_MAP_NONE) continue;
    map_func(m, &func);
    CTI_TRY(cti_interface_add_func(m->into, into, &func));
  }
  return CT_OK;
}

static ct_status move_interface(merger *m, uint32_t interface) {
  const cti_wit_interface *x = &m->from->interfaces.items[interface];
  cti_wit_interface moved = {.name = x->name, .docs = x->docs, .stability = x->stability, .span = x->span};
  moved.package = x->package == CTI_WIT_NONE ? CTI_WIT_NONE : m->maps->packages[x->package];
  moved.clone_of = x->clone_of == CTI_WIT_NONE ? CTI_WIT_NONE : m->maps->interfaces[x->clone_of];
  map_span(m, &moved.span);
  uint32_t id = cti_resolve_add_interface(m->into, &moved);
  if (id == CTI_WIT_NONE) return m->arena->error->status;
  for (uint32_t i = 0; i < x->types.count; i++) CTI_TRY(cti_interface_add_type(m->into, id, m->maps->types[x->types.items[i]]));
  for (uint32_t i = 0; i < x->funcs.count; i++) {
    cti_wit_func func = x->funcs.items[i];
    map_func(m, &func);
    CTI_TRY(cti_interface_add_func(m->into, id, &func));
  }
  return CT_OK;
}

static void map_items(const merger *m, cti_world_items *items) {
  for (uint32_t i = 0; i < items->count; i++) {
    cti_world_item *item = &items->items[i];
    if (item->kind == CTI_WORLD_INTERFACE) item->interface = m->maps->interfaces[item->interface];
    else if (item->kind == CTI_WORLD_TYPE) item->type = m->maps->types[item->type];
    else map_func(m, &item->func);
    map_span(m, &item->span);
  }
}

static ct_status complete_items(merger *m, const cti_world_items *from, cti_world_items *into) {
  cti_item_index index;
  CTI_TRY(cti_item_index_make(&index, into, m->arena));
  for (uint32_t i = 0; i < from->count; i++) {
    cti_world_item key = from->items[i];
    if (key.name.data || key.kind != CTI_WORLD_INTERFACE) continue;
    key.interface = m->maps->interfaces[key.interface];
    uint32_t at = cti_item_index_find(&index, &key);
    if (at != CTI_WIT_NONE) CTI_TRY(cti_merge_stability(m->from, &key.stability, &into->items[at].stability, key.span));
  }
  return CT_OK;
}

static ct_status complete_world(merger *m, uint32_t from, uint32_t into) {
  const cti_wit_world *x = &m->from->worlds.items[from];
  cti_wit_world *y = &m->into->worlds.items[into];
  CTI_TRY(cti_merge_stability(m->from, &x->stability, &y->stability, x->span));
  CTI_TRY(complete_items(m, &x->imports, &y->imports));
  return complete_items(m, &x->exports, &y->exports);
}

static ct_status move_world(merger *m, uint32_t world) {
  cti_wit_world moved = m->from->worlds.items[world];
  if (moved.package != CTI_WIT_NONE) moved.package = m->maps->packages[moved.package];
  map_items(m, &moved.imports);
  map_items(m, &moved.exports);
  map_span(m, &moved.span);
  return cti_resolve_add_world(m->into, &moved) == CTI_WIT_NONE ? m->arena->error->status : CT_OK;
}

/* A package of which the other knows nothing. Its lists are filled by list_items, as those of joined packages are. */
static ct_status move_package(merger *m, uint32_t package) {
  const cti_wit_package *x = &m->from->packages.items[package];
  cti_wit_package moved = {.name = x->name, .docs = x->docs, .span = x->span};
  map_span(m, &moved.span);
  return cti_resolve_add_package(m->into, &moved) == CTI_WIT_NONE ? m->arena->error->status : CT_OK;
}

static ct_status list_items(merger *m, uint32_t package, const bool *new_interfaces, const bool *new_worlds) {
  const cti_wit_package *x = &m->from->packages.items[package];
  uint32_t into = m->maps->packages[package];
  for (uint32_t i = 0; i < x->interfaces.count; i++)
    if (new_interfaces[x->interfaces.items[i]]) CTI_TRY(cti_package_add_interface(m->into, into, m->maps->interfaces[x->interfaces.items[i]]));
  for (uint32_t i = 0; i < x->worlds.count; i++)
    if (new_worlds[x->worlds.items[i]]) CTI_TRY(cti_package_add_world(m->into, into, m->maps->worlds[x->worlds.items[i]]));
  return CT_OK;
}

typedef struct new_flags {
  bool *types, *interfaces, *worlds, *packages;
} new_flags;

static ct_status move_all(merger *m, const new_flags *is_new) {
  const cti_resolve *from = m->from;
  for (uint32_t i = 0; i < from->names.count; i++) {
    if (is_new->types[i]) CTI_TRY(move_type(m, i));
    else CTI_TRY(cti_merge_stability(from, &from->names.items[i].stability, &m->into->names.items[m->maps->types[i]].stability, from->names.items[i].span));
  }
  for (uint32_t i = 0; i < from->interfaces.count; i++)
    if (is_new->interfaces[i]) CTI_TRY(move_interface(m, i));
    else CTI_TRY(complete_interface(m, i, m->maps->interfaces[i]));
  for (uint32_t i = 0; i < from->worlds.count; i++)
    if (is_new->worlds[i]) CTI_TRY(move_world(m, i));
    else CTI_TRY(complete_world(m, i, m->maps->worlds[i]));
  for (uint32_t i = 0; i < from->packages.count; i++)
    if (is_new->packages[i]) CTI_TRY(move_package(m, i));
  for (uint32_t i = 0; i < from->packages.count; i++) CTI_TRY(list_items(m, i, is_new->interfaces, is_new->worlds));
  return CT_OK;
}

static ct_status move_files(merger *m) {
  m->file_offset = m->into->files.count;
  for (uint32_t i = 0; i < m->from->files.count; i++)
    if (!cti_vec_push(m->arena, &m->into->files, m->from->files.items[i])) return m->arena->error->status;
  return CT_OK;
}

/* Interfaces that got more types may need more imports in worlds that were complete. */
static ct_status elaborate_all(cti_resolve *resolve) {
  cti_dep_cache deps = {.resolve = resolve, .arena = resolve->arena};
  for (uint32_t i = 0; i < resolve->worlds.count; i++) CTI_TRY(cti_elaborate_world(&deps, i));
  return CT_OK;
}

ct_status cti_resolve_merge(cti_resolve *into, cti_resolve *from, cti_merge_maps *maps) {
  merger m = {.into = into, .from = from, .arena = into->arena, .maps = maps};
  uint32_t types = from->names.count, interfaces = from->interfaces.count, worlds = from->worlds.count, packages = from->packages.count;
  *maps = (cti_merge_maps){fresh_map(&m, types), fresh_map(&m, interfaces), fresh_map(&m, worlds), fresh_map(&m, packages)};
  new_flags is_new = {CTI_NEW_N(m.arena, bool, types), CTI_NEW_N(m.arena, bool, interfaces), CTI_NEW_N(m.arena, bool, worlds), CTI_NEW_N(m.arena, bool, packages)};
  if (m.arena->error->status != CT_OK) return m.arena->error->status;
  CTI_TRY(join_packages(&m));
  assign(maps->types, is_new.types, types, into->names.count);
  assign(maps->interfaces, is_new.interfaces, interfaces, into->interfaces.count);
  assign(maps->worlds, is_new.worlds, worlds, into->worlds.count);
  assign(maps->packages, is_new.packages, packages, into->packages.count);
  CTI_TRY(move_files(&m));
  CTI_TRY(move_all(&m, &is_new));
  return elaborate_all(into);
}
