/* wit_merge_world.c - the union of two worlds, as when two component-type sections end in one core module. Nothing that `into` means may change by what
 * is added. https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#union-of-worlds-with-include */
#include "wit/wit_error.h"
#include "wit/wit_merge.h"
#include "wit/wit_world.h"

typedef struct world_merger {
  cti_resolve *resolve;
  cti_arena *arena;
  uint32_t from, into;
  cti_item_index into_imports, into_exports;
  cti_dep_cache deps;
  cti_map must_be_imported; /* interfaces that exports of `into` need as imports -> the index of the export */
  cti_world_items new_imports, new_exports;
} world_merger;

static cti_wit_world *world_of(const world_merger *m, uint32_t world) { return &m->resolve->worlds.items[world]; }

/* ---- items that both have ---- */

static ct_status fail_items(const world_merger *m, const cti_world_item *from, const cti_world_item *into, const char *what) {
  cti_wit_fail(m->resolve, CT_WIT_MERGE, from->span, "the worlds `%.*s` and `%.*s` cannot be merged: `%.*s` is %s", CTI_S(cti_world_id(m->resolve, m->into)),
               CTI_S(cti_world_id(m->resolve, m->from)), CTI_S(cti_world_item_name(m->resolve, from)), what);
  cti_error_hint(m->arena->error, "it is defined in %.*s and in %.*s", CTI_S(cti_span_text(m->resolve, into->span)), CTI_S(cti_span_text(m->resolve, from->span)));
  return CT_WIT_MERGE;
}

static ct_status check_same(const world_merger *m, const cti_world_item *from, const cti_world_item *into) {
  if (from->kind != into->kind) return fail_items(m, from, into, "of different kinds in the two");
  ct_status status = CT_OK;
  if (from->kind == CTI_WORLD_FUNC) status = cti_check_same_func(m->resolve, &from->func, m->resolve, &into->func);
  if (from->kind == CTI_WORLD_INTERFACE && from->interface != into->interface) status = cti_check_same_interface(m->resolve, from->interface, m->resolve, into->interface);
  if (status != CT_OK) cti_error_trail(m->arena->error, "%.*s, in both %.*s and %.*s", CTI_S(cti_world_item_name(m->resolve, from)), CTI_S(cti_world_id(m->resolve, m->into)), CTI_S(cti_world_id(m->resolve, m->from)));
  return status;
}

/* ---- what may be added ---- */

typedef ct_status (*dep_visitor)(world_merger *m, uint32_t interface, uint32_t value);

/* Visits an interface and all that it needs, each once for one map. */
static ct_status visit_deps(world_merger *m, uint32_t interface, cti_map *seen, uint32_t value, dep_visitor visit) {
  cti_ids stack = {0};
  if (!cti_vec_push(m->arena, &stack, interface)) return m->arena->error->status;
  while (stack.count) {
    uint32_t it = stack.items[--stack.count], stored = value;
    cti_interface_deps deps;
    bool added;
    CTI_TRY(cti_map_add_u64(seen, m->arena, it, &stored, &added));
    if (!added) continue;
    if (visit) CTI_TRY(visit(m, it, value));
    CTI_TRY(cti_dep_cache_get(&m->deps, it, &deps));
    for (uint32_t i = deps.count; i-- > 0;)
      if (!cti_vec_push(m->arena, &stack, deps.ids[i])) return m->arena->error->status;
  }
  return CT_OK;
}

static bool is_exported(const world_merger *m, uint32_t interface) {
  return cti_map_get_u64(&m->into_exports.interfaces, interface) != CTI_MAP_NONE;
}

/* The interfaces that an item needs directly. */
static ct_status item_deps(world_merger *m, const cti_world_item *item, cti_interface_deps *out) {
  *out = (cti_interface_deps){0};
  return item->kind == CTI_WORLD_INTERFACE ? cti_dep_cache_get(&m->deps, item->interface, out) : CT_OK;
}

static ct_status collect_required(world_merger *m) {
  const cti_wit_world *into = world_of(m, m->into);
  for (uint32_t i = 0; i < into->exports.count; i++) {
    cti_interface_deps deps;
    CTI_TRY(item_deps(m, &into->exports.items[i], &deps));
    for (uint32_t j = 0; j < deps.count; j++)
      if (!is_exported(m, deps.ids[j])) CTI_TRY(visit_deps(m, deps.ids[j], &m->must_be_imported, i, NULL));
  }
  return CT_OK;
}

static ct_status check_not_exported(world_merger *m, uint32_t interface, uint32_t export_) {
  if (!is_exported(m, interface)) return CT_OK;
  const cti_world_item *item = &world_of(m, m->from)->exports.items[export_];
  cti_wit_fail(m->resolve, CT_WIT_MERGE, item->span, "the worlds `%.*s` and `%.*s` cannot be merged: the export `%.*s` of the second needs `%.*s` as an import, and the first exports that",
               CTI_S(cti_world_id(m->resolve, m->into)), CTI_S(cti_world_id(m->resolve, m->from)), CTI_S(cti_world_item_name(m->resolve, item)), CTI_S(cti_interface_id(m->resolve, interface)));
  return CT_WIT_MERGE;
}

/* A new export needs exports, or imports that need imports alone; and no export of `into` may get to see it in place of an import. */
static ct_status check_new_export(world_merger *m, const cti_world_item *item, uint32_t index) {
  cti_interface_deps deps;
  cti_map seen = {0};
  CTI_TRY(item_deps(m, item, &deps));
  for (uint32_t i = 0; i < deps.count; i++)
    if (!is_exported(m, deps.ids[i])) CTI_TRY(visit_deps(m, deps.ids[i], &seen, index, check_not_exported));
  uint32_t by = item->kind == CTI_WORLD_INTERFACE ? cti_map_get_u64(&m->must_be_imported, item->interface) : CTI_MAP_NONE;
  if (by == CTI_MAP_NONE) return CT_OK;
  const cti_world_item *other = &world_of(m, m->into)->exports.items[by];
  cti_wit_fail(m->resolve, CT_WIT_MERGE, item->span, "the worlds `%.*s` and `%.*s` cannot be merged: the export `%.*s` of the first needs `%.*s` as an import, and the second exports that",
               CTI_S(cti_world_id(m->resolve, m->into)), CTI_S(cti_world_id(m->resolve, m->from)), CTI_S(cti_world_item_name(m->resolve, other)), CTI_S(cti_world_item_name(m->resolve, item)));
  return CT_WIT_MERGE;
}

static ct_status collect_new(world_merger *m, bool exports) {
  const cti_wit_world *from = world_of(m, m->from), *into = world_of(m, m->into);
  const cti_world_items *x = exports ? &from->exports : &from->imports, *y = exports ? &into->exports : &into->imports;
  if (!cti_vec_ensure(m->arena, exports ? &m->new_exports : &m->new_imports, x->count)) return m->arena->error->status;
  for (uint32_t i = 0; i < x->count; i++) {
    uint32_t at = cti_item_index_find(exports ? &m->into_exports : &m->into_imports, &x->items[i]);
    if (at != CTI_WIT_NONE) {
      CTI_TRY(check_same(m, &x->items[i], &y->items[at]));
      continue;
    }
    if (exports) CTI_TRY(check_new_export(m, &x->items[i], i));
    if (!cti_vec_push(m->arena, exports ? &m->new_exports : &m->new_imports, x->items[i])) return m->arena->error->status;
  }
  return CT_OK;
}

/* ---- adding ---- */

/* Types that both worlds have under one name are one type from now on. */
static ct_status join_types(world_merger *m, cti_clone_maps *maps) {
  const cti_world_items *from = &world_of(m, m->from)->imports, *into = &world_of(m, m->into)->imports;
  for (uint32_t i = 0; i < from->count; i++) {
    if (from->items[i].kind != CTI_WORLD_TYPE) continue;
    uint32_t at = cti_item_index_find(&m->into_imports, &from->items[i]);
    if (at != CTI_WIT_NONE && into->items[at].kind == CTI_WORLD_TYPE) CTI_TRY(cti_map_set_u64(&maps->types, m->arena, from->items[i].type, into->items[at].type));
  }
  return CT_OK;
}

static ct_status add_items(world_merger *m, cti_cloner *cloner, const cti_world_items *items, bool exports) {
  cti_wit_world *world = world_of(m, m->into);
  if (!cti_vec_ensure(m->arena, exports ? &world->exports : &world->imports, items->count)) return m->arena->error->status;
  for (uint32_t i = 0; i < items->count; i++) {
    cti_world_item item = items->items[i];
    CTI_TRY(cti_clone_world_item(cloner, &item));
    cti_wit_world *into = world_of(m, m->into);
    CTI_TRY(cti_items_add(exports ? &into->exports : &into->imports, exports ? &m->into_exports : &m->into_imports, &item, m->arena));
  }
  return CT_OK;
}

ct_status cti_world_merge(cti_resolve *resolve, uint32_t from, uint32_t into, cti_clone_maps *maps) {
  world_merger m = {.resolve = resolve, .arena = resolve->arena, .from = from, .into = into, .deps = {.resolve = resolve, .arena = resolve->arena}};
  CTI_TRY(cti_item_index_make(&m.into_imports, &world_of(&m, into)->imports, m.arena));
  CTI_TRY(cti_item_index_make(&m.into_exports, &world_of(&m, into)->exports, m.arena));
  CTI_TRY(collect_new(&m, false));
  CTI_TRY(collect_required(&m));
  CTI_TRY(collect_new(&m, true));
  cti_cloner cloner = {resolve, maps, {CTI_OWNER_WORLD, from}, {CTI_OWNER_WORLD, into}, resolve->worlds.items[into].package};
  CTI_TRY(join_types(&m, maps));
  CTI_TRY(add_items(&m, &cloner, &m.new_imports, false));
  return add_items(&m, &cloner, &m.new_exports, true);
}
