/* wit_elaborate.c - a world with the few imports and exports that were written, to one with all that follow from them, in their final order.
 * Walks the graph of interfaces with a stack of its own: chains of `use` may be long. */
#include <stdio.h>

#include "wit/wit_error.h"
#include "wit/wit_world.h"

/* ---- lists of items ---- */

ct_status cti_item_index_make(cti_item_index *out, const cti_world_items *items, cti_arena *arena) {
  *out = (cti_item_index){0};
  for (uint32_t i = 0; i < items->count; i++) {
    const cti_world_item *item = &items->items[i];
    if (item->name.data) CTI_TRY(cti_map_set(&out->names, arena, item->name, i));
    else CTI_TRY(cti_map_set_u64(&out->interfaces, arena, item->interface, i));
  }
  return CT_OK;
}

uint32_t cti_item_index_find(const cti_item_index *index, const cti_world_item *item) {
  return item->name.data ? cti_map_get(&index->names, item->name) : cti_map_get_u64(&index->interfaces, item->interface);
}

ct_status cti_items_add(cti_world_items *items, cti_item_index *index, const cti_world_item *item, cti_arena *arena) {
  uint32_t at = items->count;
  if (!cti_vec_push(arena, items, *item)) return arena->error->status;
  return item->name.data ? cti_map_set(&index->names, arena, item->name, at) : cti_map_set_u64(&index->interfaces, arena, item->interface, at);
}

/* ---- what interfaces need ---- */

static ct_status collect_deps(cti_dep_cache *cache, uint32_t interface, cti_interface_deps *out) {
  cti_resolve *r = cache->resolve;
  const cti_wit_interface *it = &r->interfaces.items[interface];
  cti_map seen = {0};
  cti_ids ids = {0};
  uint32_t last = CTI_WIT_NONE; /* names of one `use` follow each other */
  for (uint32_t i = 0; i < it->types.count; i++) {
    uint32_t dep = cti_type_interface_dep(r, it->types.items[i]), value = 0;
    bool added = true;
    if (dep == CTI_WIT_NONE || dep == last) continue;
    last = dep;
    CTI_TRY(cti_map_add_u64(&seen, cache->arena, dep, &value, &added));
    if (added && !cti_vec_push(cache->arena, &ids, dep)) return cache->arena->error->status;
  }
  *out = (cti_interface_deps){ids.count, ids.items};
  return CT_OK;
}

ct_status cti_dep_cache_get(cti_dep_cache *cache, uint32_t interface, cti_interface_deps *out) {
  cti_arena *arena = cache->arena;
  uint32_t slot = cti_map_get_u64(&cache->slot_of, interface);
  if (slot != CTI_MAP_NONE) {
    *out = cache->lists.items[slot];
    return CT_OK;
  }
  CTI_TRY(collect_deps(cache, interface, out));
  CTI_TRY(cti_map_set_u64(&cache->slot_of, arena, interface, cache->lists.count));
  return cti_vec_push(arena, &cache->lists, *out) ? CT_OK : arena->error->status;
}

/* ---- imports ---- */

/* An interface on the way to the list: its dependencies from `next` on are still to be looked at. */
typedef struct dep_frame {
  cti_world_item item;
  cti_interface_deps deps;
  uint32_t next;
  bool is_export;
} dep_frame;

typedef struct elaborator {
  cti_dep_cache *cache;
  cti_resolve *resolve;
  cti_arena *arena; /* goes at the end: the lists are copied as they are sorted */
  uint32_t world;
  cti_world_items imports, exports; /* new */
  cti_item_index imports_at, exports_at;
  cti_item_index written_exports; /* what the world says that it exports */
  cti_map required_imports;       /* interfaces that exports need as imports -> the interface that needs it */
  CTI_VEC(dep_frame) stack;
} elaborator;

static ct_status push_frame(elaborator *e, const cti_world_item *item, bool is_export) {
  dep_frame *frame = cti_vec_add(e->arena, &e->stack);
  if (!frame) return e->arena->error->status;
  frame->item = *item;
  frame->is_export = is_export;
  return cti_dep_cache_get(e->cache, item->interface, &cti_vec_last(&e->stack)->deps);
}

/* What is imported because `by` needs it. */
static cti_world_item implied_item(const cti_world_item *by, uint32_t interface) {
  return (cti_world_item){.kind = CTI_WORLD_INTERFACE, .interface = interface, .stability = by->stability};
}

/* Imports an interface behind all that it needs. */
static ct_status import_interface(elaborator *e, const cti_world_item *item) {
  if (cti_item_index_find(&e->imports_at, item) != CTI_MAP_NONE) return CT_OK;
  CTI_TRY(push_frame(e, item, false));
  while (e->stack.count) {
    dep_frame *top = cti_vec_last(&e->stack);
    if (top->next < top->deps.count) {
      cti_world_item dep = implied_item(item, top->deps.ids[top->next++]);
      if (cti_item_index_find(&e->imports_at, &dep) == CTI_MAP_NONE) CTI_TRY(push_frame(e, &dep, false));
      continue;
    }
    CTI_TRY(cti_items_add(&e->imports, &e->imports_at, &top->item, e->arena));
    e->stack.count--;
  }
  return CT_OK;
}

static ct_status import_item(elaborator *e, const cti_world_item *item) {
  if (item->kind == CTI_WORLD_INTERFACE) return import_interface(e, item);
  if (item->kind == CTI_WORLD_TYPE) {
    uint32_t dep = cti_type_interface_dep(e->resolve, item->type);
    cti_world_item implied = {.kind = CTI_WORLD_INTERFACE, .interface = dep, .stability = e->resolve->names.items[item->type].stability};
    if (dep != CTI_WIT_NONE) CTI_TRY(import_interface(e, &implied));
  }
  return cti_items_add(&e->imports, &e->imports_at, item, e->arena);
}

/* ---- exports ---- */

/* Appends " -> name", or "name" at the start, to a text that is cut when it grows too long. */
static void add_step(char *path, size_t room, const cti_resolve *r, uint32_t interface) {
  size_t used = strlen(path);
  snprintf(path + used, room - used, "%s%.*s", used ? " -> " : "", CTI_S(cti_interface_id(r, interface)));
}

/* The chain of uses that makes an import of something that is exported, from `interface` back to an export: its end is reached first. */
static void add_chain(const elaborator *e, char *path, size_t room, uint32_t interface) {
  cti_ids chain = {0};
  for (uint32_t at = interface; at != CTI_MAP_NONE && chain.count <= e->required_imports.count; at = cti_map_get_u64(&e->required_imports, at))
    if (!cti_vec_push(e->arena, &chain, at)) return;
  for (uint32_t i = chain.count; i-- > 0;) add_step(path, room, e->resolve, chain.items[i]);
}

static ct_status fail_both(elaborator *e, uint32_t interface, const char *path) {
  const cti_resolve *r = e->resolve;
  cti_wit_fail(r, CT_WIT_WORLD, r->worlds.items[e->world].span, "the world `%.*s` exports `%.*s`, and another export needs it as an import",
               CTI_S(r->worlds.items[e->world].name), CTI_S(cti_interface_id(r, interface)));
  cti_error_hint(r->arena->error, "it is used along %s;\nexport all interfaces of that chain, or only its first", path);
  return CT_WIT_WORLD;
}

/* An interface whose dependencies are all settled. */
static ct_status settle(elaborator *e, const dep_frame *frame) {
  bool added;
  uint32_t by = e->stack.count > 1 ? e->stack.items[e->stack.count - 2].item.interface : CTI_MAP_NONE;
  if (frame->is_export) {
    char path[512] = "";
    if (cti_map_get_u64(&e->required_imports, frame->item.interface) == CTI_MAP_NONE) return cti_items_add(&e->exports, &e->exports_at, &frame->item, e->arena);
    add_chain(e, path, sizeof path, frame->item.interface);
    return fail_both(e, frame->item.interface, path);
  }
  CTI_TRY(cti_map_add_u64(&e->required_imports, e->arena, frame->item.interface, &by, &added));
  if (cti_item_index_find(&e->imports_at, &frame->item) != CTI_MAP_NONE) return CT_OK;
  return cti_items_add(&e->imports, &e->imports_at, &frame->item, e->arena);
}

static ct_status fail_dep(elaborator *e, uint32_t interface) {
  char path[512] = "";
  for (uint32_t i = 0; i < e->stack.count; i++) add_step(path, sizeof path, e->resolve, e->stack.items[i].item.interface);
  add_step(path, sizeof path, e->resolve, interface);
  return fail_both(e, interface, path);
}

/* Goes on to a dependency of the top of the stack, unless it is settled. */
static ct_status export_dep(elaborator *e, dep_frame *top) {
  cti_world_item dep = implied_item(&top->item, top->deps.ids[top->next++]);
  dep.external_id = top->item.external_id;
  bool is_export = top->is_export && cti_item_index_find(&e->written_exports, &dep) != CTI_MAP_NONE;
  if (cti_item_index_find(&e->exports_at, &dep) != CTI_MAP_NONE) return is_export ? CT_OK : fail_dep(e, dep.interface);
  if (!is_export && cti_map_get_u64(&e->required_imports, dep.interface) != CTI_MAP_NONE) return CT_OK;
  return push_frame(e, &dep, is_export);
}

/* All that an exported interface needs is exported itself or else imported, with everything that the import needs. */
static ct_status export_interface(elaborator *e, const cti_world_item *item) {
  if (cti_item_index_find(&e->exports_at, item) != CTI_MAP_NONE) return CT_OK;
  CTI_TRY(push_frame(e, item, true));
  while (e->stack.count) {
    dep_frame *top = cti_vec_last(&e->stack);
    if (top->next < top->deps.count) {
      CTI_TRY(export_dep(e, top));
      continue;
    }
    CTI_TRY(settle(e, top));
    e->stack.count--;
  }
  return CT_OK;
}

/* ---- order ---- */

/* Interfaces, then types that are used, types that are defined, functions, methods: as they are printed and encoded. */
enum { CLASS_INTERFACE, CLASS_USE, CLASS_TYPE, CLASS_FUNC, CLASS_METHOD, CLASS_COUNT };

static unsigned class_of(const cti_resolve *r, const cti_world_item *item) {
  if (item->kind == CTI_WORLD_INTERFACE) return CLASS_INTERFACE;
  if (item->kind == CTI_WORLD_FUNC) return item->func.resource == CTI_WIT_NONE ? CLASS_FUNC : CLASS_METHOD;
  return cti_type_interface_dep(r, item->type) == CTI_WIT_NONE ? CLASS_TYPE : CLASS_USE;
}

/* Sorts into a list of the exact size in the arena of the resolve. */
static ct_status sort_by_class(const cti_resolve *r, const cti_world_items *items, cti_world_items *out, cti_arena *arena) {
  uint32_t start[CLASS_COUNT + 1] = {0};
  cti_world_item *sorted = CTI_NEW_N(arena, cti_world_item, items->count);
  if (!sorted) return arena->error->status;
  for (uint32_t i = 0; i < items->count; i++) start[class_of(r, &items->items[i]) + 1]++;
  for (unsigned i = 0; i < CLASS_COUNT; i++) start[i + 1] += start[i];
  for (uint32_t i = 0; i < items->count; i++) sorted[start[class_of(r, &items->items[i])]++] = items->items[i];
  out->items = sorted;
  out->count = out->capacity = items->count;
  return CT_OK;
}

static ct_status copy_items(const cti_world_items *items, cti_world_items *out, cti_arena *arena) {
  cti_world_item *copy = CTI_NEW_N(arena, cti_world_item, items->count);
  if (!copy) return arena->error->status;
  if (items->count) memcpy(copy, items->items, items->count * sizeof *copy);
  out->items = copy;
  out->count = out->capacity = items->count;
  return CT_OK;
}

static ct_status elaborate(elaborator *e, cti_wit_world *it) {
  cti_world_items imports, exports = it->exports;
  if (!cti_vec_ensure(e->arena, &e->imports, it->imports.count) || !cti_vec_ensure(e->arena, &e->exports, it->exports.count)) return e->arena->error->status;
  CTI_TRY(sort_by_class(e->resolve, &it->imports, &imports, e->arena));
  for (uint32_t i = 0; i < imports.count; i++) CTI_TRY(import_item(e, &imports.items[i]));
  CTI_TRY(cti_item_index_make(&e->written_exports, &exports, e->arena));
  for (uint32_t i = 0; i < exports.count; i++)
    if (exports.items[i].kind != CTI_WORLD_INTERFACE) CTI_TRY(cti_items_add(&e->exports, &e->exports_at, &exports.items[i], e->arena));
  for (uint32_t i = 0; i < exports.count; i++)
    if (exports.items[i].kind == CTI_WORLD_INTERFACE) CTI_TRY(export_interface(e, &exports.items[i]));
  CTI_TRY(sort_by_class(e->resolve, &e->imports, &it->imports, e->resolve->arena));
  return copy_items(&e->exports, &it->exports, e->resolve->arena);
}

ct_status cti_elaborate_world(cti_dep_cache *cache, uint32_t world) {
  cti_resolve *r = cache->resolve;
  cti_arena temporary;
  cti_arena_init(&temporary, r->arena->error);
  elaborator e = {.cache = cache, .resolve = r, .arena = &temporary, .world = world};
  ct_status status = elaborate(&e, &r->worlds.items[world]);
  cti_arena_free(&temporary);
  return status;
}
