/* wit_include.c - `include`: what another world imports and exports becomes a world's own, types that the other one owns copied, names changed by `with`.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#union-of-worlds-with-include */
#include "types/label.h"
#include "wit/wit_clone.h"
#include "wit/wit_link.h"
#include "wit/wit_setters.h"

typedef struct includer {
  cti_linker *linker;
  cti_resolve *resolve;
  const cti_ast_use *include;
  cti_map renames; /* name -> index into include->names */
  cti_cloner cloner;
  uint32_t world;
  bool foreign; /* what is included is of another package */
  cti_item_index index[2];
} includer;

static ct_status status_of(const cti_resolve *resolve) { return resolve->arena->error->status; }

/* The resource part of "[method]r.f", or the whole of "f", "[get]f", "[constructor]r". */
static ct_slice renamed_part(ct_slice name) {
  size_t prefix = cti_plain_name_prefix(name);
  return cti_slice_cut(name, prefix, cti_slice_find(name, '.', prefix));
}

/* The `with` clause for a name, or NULL. */
static const cti_ast_rename *rename_of(const includer *in, ct_slice name) {
  uint32_t at = cti_map_get(&in->renames, renamed_part(name));
  return at == CTI_MAP_NONE ? NULL : &in->include->names.items[at];
}

static ct_slice rename_item(cti_arena *arena, ct_slice name, const cti_ast_rename *rename) {
  size_t prefix = cti_plain_name_prefix(name), end = cti_slice_find(name, '.', prefix);
  if (prefix == 0 && end == name.size) return rename->as.name;
  return CTI_JOIN(arena, cti_slice_cut(name, 0, prefix), rename->as.name, cti_slice_cut(name, end, name.size));
}

static void mark_renames(const includer *in, bool *used, const cti_world_items *items) {
  for (uint32_t i = 0; i < items->count; i++) {
    const cti_ast_rename *rename = items->items[i].name.data ? rename_of(in, items->items[i].name) : NULL;
    if (rename) used[rename - in->include->names.items] = true;
  }
}

static ct_status map_renames(includer *in) {
  in->renames = (cti_map){0};
  for (uint32_t i = 0; i < in->include->names.count; i++) {
    const cti_ast_id *id = &in->include->names.items[i].id;
    uint32_t value = i;
    bool added;
    CTI_TRY(cti_map_add(&in->renames, in->resolve->arena, id->name, &value, &added));
    if (!added) return cti_wit_fail(in->resolve, CT_WIT_NAME, id->span, "`%.*s` is renamed twice", CTI_S(id->name));
  }
  return CT_OK;
}

/* Each name of a `with` must be one of the other world. */
static ct_status check_renames(const includer *in, const cti_wit_world *from) {
  const cti_ast_use *include = in->include;
  bool *used = CTI_NEW_N(in->resolve->arena, bool, include->names.count);
  if (!used) return status_of(in->resolve);
  mark_renames(in, used, &from->imports);
  mark_renames(in, used, &from->exports);
  for (uint32_t i = 0; i < include->names.count; i++) {
    const cti_ast_rename *rename = &include->names.items[i];
    if (used[i]) continue;
    cti_nearest nearest = cti_nearest_make(rename->id.name);
    for (unsigned side = 0; side < 2; side++)
      for (uint32_t j = 0; j < (side ? &from->exports : &from->imports)->count; j++)
        cti_nearest_try(&nearest, renamed_part((side ? &from->exports : &from->imports)->items[j].name));
    cti_wit_fail(in->resolve, CT_WIT_NAME, rename->id.span, "the world `%.*s` imports and exports nothing of the plain name `%.*s`", CTI_S(from->name), CTI_S(rename->id.name));
    cti_nearest_hint(&nearest, in->resolve->arena->error);
    cti_error_hint(in->resolve->arena->error, "`with` changes names of functions, types and inline interfaces; an interface under its own name cannot be renamed");
    return CT_WIT_NAME;
  }
  return CT_OK;
}

static ct_status include_named(includer *in, cti_world_items *into, cti_item_index *index, cti_world_item item, bool is_export) {
  const cti_ast_rename *rename = rename_of(in, item.name);
  if (rename) item.name = rename_item(in->resolve->arena, item.name, rename);
  if (!item.name.data) return status_of(in->resolve);
  CTI_TRY(cti_clone_world_item(&in->cloner, &item));
  if (item.kind == CTI_WORLD_FUNC) item.func.name = item.name;
  if (item.kind == CTI_WORLD_TYPE) in->resolve->names.items[item.type].name = item.name;
  if (cti_item_index_find(index, &item) == CTI_WIT_NONE) return cti_items_add(into, index, &item, in->resolve->arena);
  const char *what = is_export ? "export" : "import";
  cti_wit_fail(in->resolve, CT_WIT_NAME, in->include->path.item.span, "the included world has an %s `%.*s`, and so has this one", what, CTI_S(item.name));
  cti_error_hint(in->resolve->arena->error, "rename it: `include %.*s with { %.*s as other-name }`", CTI_S(in->include->path.item.name), CTI_S(renamed_part(item.name)));
  return CT_WIT_NAME;
}

/* Gates of two mentions of one interface must agree; a version of another package says nothing about this one. */
static ct_status merge_stability(const includer *in, const cti_stability *from, cti_stability *into) {
  if (in->foreign && from->kind == CTI_STABILITY_STABLE) *into = (cti_stability){0};
  else if (into->kind == CTI_STABILITY_UNKNOWN) *into = *from;
  else if (from->kind != CTI_STABILITY_UNKNOWN && !cti_stability_eq(from, into))
    return cti_wit_fail(in->resolve, CT_WIT_MERGE, in->include->path.item.span, "an interface that both worlds have is gated by other attributes there than here");
  return CT_OK;
}

static ct_status include_interface(includer *in, cti_world_items *into, cti_item_index *index, const cti_world_item *item) {
  uint32_t at = cti_item_index_find(index, item);
  if (at == CTI_WIT_NONE) {
    at = into->count;
    CTI_TRY(cti_items_add(into, index, item, in->resolve->arena));
  }
  return merge_stability(in, &item->stability, &into->items[at].stability);
}

static ct_status include_items(includer *in, uint32_t included, bool is_export) {
  for (uint32_t i = 0;; i++) {
    /* looked up anew each time: copying may move the list of worlds */
    const cti_wit_world *from = &in->resolve->worlds.items[included];
    cti_wit_world *to = &in->resolve->worlds.items[in->world];
    const cti_world_items *items = is_export ? &from->exports : &from->imports;
    cti_world_items *into = is_export ? &to->exports : &to->imports;
    if (i == items->count) return CT_OK;
    if (items->items[i].name.data) CTI_TRY(include_named(in, into, &in->index[is_export], items->items[i], is_export));
    else CTI_TRY(include_interface(in, into, &in->index[is_export], &items->items[i]));
  }
}

static ct_status include_world(includer *in, const cti_draft_include *include) {
  cti_resolve *r = in->resolve;
  cti_clone_maps maps = {0};
  bool there;
  uint32_t included;
  in->include = include->use;
  CTI_TRY(cti_link_gate(in->linker, &include->use->gates->stability, include->use->path.item.span, &there));
  if (!there) return CT_OK;
  CTI_TRY(cti_link_world(in->linker, include->included, include->use->path.item.span, &included));
  in->foreign = r->worlds.items[included].package != in->linker->package;
  CTI_TRY(map_renames(in));
  CTI_TRY(check_renames(in, &r->worlds.items[included]));
  in->cloner = (cti_cloner){r, &maps, {CTI_OWNER_WORLD, included}, {CTI_OWNER_WORLD, in->world}, in->linker->package};
  CTI_TRY(include_items(in, included, false));
  return include_items(in, included, true);
}

/* ---- what must hold of the whole ---- */

static ct_status check_names(const cti_resolve *r, const cti_wit_world *world, const cti_world_items *items, const char *what) {
  cti_map seen = {0};
  for (uint32_t i = 0; i < items->count; i++) {
    uint32_t other = i;
    bool added;
    if (!items->items[i].name.data) continue;
    ct_slice canonical = cti_plain_name_canonical(r->arena, items->items[i].name);
    if (!canonical.data) return status_of(r);
    CTI_TRY(cti_map_add(&seen, r->arena, canonical, &other, &added));
    if (added) continue;
    return cti_wit_fail(r, CT_WIT_NAME, world->span, "the %ss `%.*s` and `%.*s` of the world `%.*s` are in conflict: names must differ in more than case and hyphens",
                        what, CTI_S(items->items[other].name), CTI_S(items->items[i].name), CTI_S(world->name));
  }
  return CT_OK;
}

static const cti_wit_func *world_func_at(const void *list, uint32_t at) {
  const cti_world_item *item = &((const cti_world_item *)list)[at];
  return item->kind == CTI_WORLD_FUNC ? &item->func : NULL;
}

static ct_status settle_setters(const cti_resolve *r, const cti_wit_world *world, cti_world_items *items, const char *what) {
  uint32_t *order, lonely;
  CTI_TRY(cti_setter_order(r->arena, &order, &lonely, items->items, items->count, world_func_at));
  if (lonely != CTI_WIT_NONE) {
    const cti_wit_func *setter = &items->items[lonely].func;
    return cti_wit_fail(r, CT_WIT_TYPE, setter->span, "the %sed setter `%.*s` has no getter in the world `%.*s`", what, CTI_S(cti_func_item_name(setter)), CTI_S(world->name));
  }
  if (!order) return CT_OK;
  cti_world_item *moved = CTI_NEW_N(r->arena, cti_world_item, items->count);
  if (!moved) return status_of(r);
  for (uint32_t i = 0; i < items->count; i++) moved[i] = items->items[order[i]];
  items->items = moved;
  items->capacity = items->count;
  return CT_OK;
}

ct_status cti_link_includes(cti_linker *linker, uint32_t draft_world) {
  cti_resolve *r = linker->resolve;
  includer in = {.linker = linker, .resolve = r, .world = linker->worlds[draft_world]};
  const cti_draft *draft = linker->draft;
  bool indexed = false;
  while (linker->next_include < draft->includes.count && draft->includes.items[linker->next_include].world < draft_world) linker->next_include++;
  for (; linker->next_include < draft->includes.count && draft->includes.items[linker->next_include].world == draft_world; linker->next_include++) {
    if (!indexed) CTI_TRY(cti_item_index_make(&in.index[0], &r->worlds.items[in.world].imports, r->arena));
    if (!indexed) CTI_TRY(cti_item_index_make(&in.index[1], &r->worlds.items[in.world].exports, r->arena));
    indexed = true;
    CTI_TRY(include_world(&in, &draft->includes.items[linker->next_include]));
  }
  cti_wit_world *world = &r->worlds.items[in.world];
  if (indexed) CTI_TRY(check_names(r, world, &world->imports, "import"));
  if (indexed) CTI_TRY(check_names(r, world, &world->exports, "export"));
  CTI_TRY(settle_setters(r, world, &world->imports, "import"));
  return settle_setters(r, world, &world->exports, "export");
}
