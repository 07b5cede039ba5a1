/* wit_resolve.c - the inside of interfaces and worlds: what is used, functions, imports and exports, each name once.
 * In: the trees and scopes of a draft. Out: its entities, with references to other packages still standing in for what they mean. */
#include "types/label.h"
#include "wit/wit_draft.h"
#include "wit/wit_setters.h"

static ct_status status_of(const cti_draft *d) { return d->resolve->arena->error->status; }

/* ---- names of a scope ---- */

static void forget_names(cti_draft *d) {
  d->names[0] = d->names[1] = (cti_map){0};
  memset(&d->raw_names, 0, sizeof d->raw_names);
}

/* A mangled name enters a scope: all in one must differ in more than case, hyphens and most annotations. */
static ct_status claim_name(cti_draft *d, cti_map *scope, ct_slice name, cti_span span) {
  cti_arena *arena = &d->temporary;
  ct_slice canonical = cti_plain_name_canonical(arena, name);
  uint32_t index = d->raw_names.count;
  bool added;
  if (!canonical.data || !cti_vec_push(arena, &d->raw_names, name)) return status_of(d);
  CTI_TRY(cti_map_add(scope, arena, canonical, &index, &added));
  if (added) return CT_OK;
  ct_slice other = d->raw_names.items[index];
  if (cti_slice_eq(other, name)) return cti_wit_fail(d->resolve, CT_WIT_NAME, span, "the name `%.*s` is defined more than once", CTI_S(name));
  cti_wit_fail(d->resolve, CT_WIT_NAME, span, "the name `%.*s` is in conflict with `%.*s`", CTI_S(name), CTI_S(other));
  cti_error_hint(d->resolve->arena->error, "names of one scope must differ in more than case and hyphens");
  return CT_WIT_NAME;
}

/* ---- use ---- */

static ct_status fail_unknown_use(cti_draft *d, const cti_ast_id *id, const cti_wit_interface *from) {
  if (cti_map_get(&from->func_slots, id->name) != CTI_MAP_NONE)
    return cti_wit_fail(d->resolve, CT_WIT_TYPE, id->span, "`%.*s` is a function, and types alone can be used", CTI_S(id->name));
  cti_nearest nearest = cti_nearest_make(id->name);
  cti_nearest_try_keys(&nearest, &from->type_ids);
  cti_wit_fail(d->resolve, CT_WIT_NAME, id->span, "the type `%.*s` does not exist in `%.*s`", CTI_S(id->name), CTI_S(from->name));
  cti_nearest_hint(&nearest, d->resolve->arena->error);
  cti_keys_hint("its types are ", &from->type_ids, d->resolve->arena->error);
  return CT_WIT_NAME;
}

static ct_status use_name(cti_draft *d, const cti_ast_use *use, const cti_ast_rename *rename, uint32_t interface) {
  const cti_wit_interface *from = &d->local.interfaces.items[interface];
  uint32_t used = cti_map_get(&from->type_ids, rename->id.name), type;
  if (used == CTI_MAP_NONE) return fail_unknown_use(d, &rename->id, from);
  const cti_ast_id *id = rename->as.name.data ? &rename->as : &rename->id;
  cti_def def = {.kind = CTI_DEF_ALIAS, .element = cti_valtype_def(used)};
  cti_wit_type names = {.name = id->name, .owner = d->owner, .stability = use->gates->stability, .external_id = use->gates->external_id, .span = rename->id.span};
  CTI_TRY(cti_draft_add_type(d, &def, &names, &type));
  return cti_draft_define(d, id, type);
}

static ct_status resolve_uses(cti_draft *d, const cti_ast_items *items) {
  for (uint32_t i = 0; i < items->count; i++) {
    if (items->items[i].kind != CTI_AST_USE) continue;
    const cti_ast_use *use = items->items[i].of.use;
    uint32_t interface;
    CTI_TRY(cti_draft_interface_path(d, &use->path, &interface));
    for (uint32_t j = 0; j < use->names.count; j++) CTI_TRY(use_name(d, use, &use->names.items[j], interface));
  }
  return CT_OK;
}

/* ---- functions ---- */

/* "[method][get]r.f" and the like: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions */
static ct_slice mangle(cti_draft *d, const cti_ast_func *func, const cti_ast_id *resource) {
  static const char *const kinds[] = {"", "[method]", "[static]", "[constructor]"};
  static const char *const accessors[] = {"", "[get]", "[set]"};
  cti_arena *arena = d->resolve->arena;
  ct_slice kind = cti_slice_str(kinds[func->kind]), accessor = cti_slice_str(accessors[func->accessor]);
  if (func->kind == CTI_FUNC_FREE && func->accessor == CTI_ACCESSOR_NONE) return func->id.name;
  if (func->kind == CTI_FUNC_CONSTRUCTOR) return CTI_JOIN(arena, kind, resource->name);
  if (func->kind == CTI_FUNC_FREE) return CTI_JOIN(arena, accessor, func->id.name);
  return CTI_JOIN(arena, kind, accessor, resource->name, CTI_LIT("."), func->id.name);
}

static ct_status check_accessor_params(cti_draft *d, const cti_ast_func *func) {
  if (func->accessor == CTI_ACCESSOR_GET && func->param_count > 0)
    return cti_wit_fail(d->resolve, CT_WIT_TYPE, func->params[0].id.span, "a getter has no parameters");
  if (func->accessor == CTI_ACCESSOR_SET && func->param_count != 1)
    return cti_wit_fail(d->resolve, CT_WIT_TYPE, func->param_count > 1 ? func->params[1].id.span : func->span, "a setter has exactly one parameter");
  return CT_OK;
}

static ct_status resolve_params(cti_draft *d, const cti_ast_func *func, cti_wit_func *out) {
  cti_label_set seen = {0};
  cti_stability none = {0};
  uint32_t self = func->kind == CTI_FUNC_METHOD, count = self + func->param_count;
  out->param_count = count;
  out->params = CTI_NEW_N(d->resolve->arena, cti_member, count);
  if (!out->params) return status_of(d);
  if (self) {
    cti_ast_id id = {CTI_LIT("self"), func->span};
    CTI_TRY(cti_label_set_add(d, &seen, &id, "parameter"));
    out->params[0].name = id.name;
    CTI_TRY(cti_draft_borrow(d, out->resource, func->span, &out->params[0].type));
  }
  CTI_TRY(check_accessor_params(d, func));
  for (uint32_t i = 0; i < func->param_count; i++) {
    CTI_TRY(cti_label_set_add(d, &seen, &func->params[i].id, "parameter"));
    out->params[self + i].name = func->params[i].id.name;
    CTI_TRY(cti_draft_type(d, &func->params[i].type, &none, &out->params[self + i].type));
  }
  return CT_OK;
}

/* The definition of a result type, NULL when the type is none. */
static const cti_def *as_result(const cti_draft *d, cti_valtype type) {
  if (!cti_valtype_is_def(type)) return NULL;
  const cti_def *def = &d->local.types.defs.items[cti_valtype_index(type)];
  return def->kind == CTI_DEF_RESULT ? def : NULL;
}

/* A constructor returns the resource, or a result whose ok it is. */
static ct_status check_constructor(cti_draft *d, const cti_ast_func *func, const cti_wit_func *out) {
  const cti_def *result = as_result(d, out->result);
  if (!result)
    return cti_wit_fail(d->resolve, CT_WIT_TYPE, func->result.span, "what a constructor returns, when it is written, must be a `result` with the resource as its ok type");
  if (cti_valtype_is_def(result->element) && cti_valtype_index(result->element) == out->resource) return CT_OK;
  bool written = cti_ast_part_count(&func->result) && func->result.of.parts[0].span.size;
  cti_span span = written ? func->result.of.parts[0].span : func->result.span;
  return cti_wit_fail(d->resolve, CT_WIT_TYPE, span, "the ok type of a constructor's result must be the resource that it constructs");
}

static ct_status resolve_result(cti_draft *d, const cti_ast_func *func, cti_wit_func *out) {
  cti_stability none = {0};
  CTI_TRY(cti_draft_type(d, &func->result, &none, &out->result));
  bool absent = cti_valtype_is_none(out->result);
  if (func->kind == CTI_FUNC_CONSTRUCTOR && absent) out->result = cti_valtype_def(out->resource);
  else if (func->kind == CTI_FUNC_CONSTRUCTOR) return check_constructor(d, func, out);
  if (func->accessor == CTI_ACCESSOR_GET && absent) return cti_wit_fail(d->resolve, CT_WIT_TYPE, func->span, "a getter must return a value");
  if (func->accessor != CTI_ACCESSOR_SET || absent) return CT_OK;
  const cti_def *result = as_result(d, out->result);
  if (result && cti_valtype_is_none(result->element)) return CT_OK;
  return cti_wit_fail(d->resolve, CT_WIT_TYPE, func->result.span, "what a setter returns, when anything, must be a `result` without an ok type");
}

ct_status cti_draft_func(cti_draft *d, const cti_ast_func *func, const cti_ast_id *resource, cti_wit_func *out) {
  *out = (cti_wit_func){.kind = func->kind,
                        .accessor = func->accessor,
                        .is_async = func->is_async,
                        .resource = resource ? cti_map_get(cti_draft_type_names(d), resource->name) : CTI_WIT_NONE,
                        .stability = func->gates->stability,
                        .external_id = func->gates->external_id,
                        .span = func->id.span};
  out->name = mangle(d, func, resource);
  if (!out->name.data) return status_of(d);
  CTI_TRY(cti_draft_docs(d, func->docs, &out->docs));
  CTI_TRY(resolve_params(d, func, out));
  return resolve_result(d, func, out);
}

/* ---- interfaces ---- */

static ct_status add_func(cti_draft *d, const cti_ast_func *func, const cti_ast_id *resource) {
  cti_wit_func made;
  CTI_TRY(cti_draft_func(d, func, resource, &made));
  CTI_TRY(claim_name(d, &d->names[0], made.name, func->id.span));
  return cti_interface_add_func(&d->local, d->owner.id, &made);
}

static uint32_t count_funcs(const cti_ast_items *items) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < items->count; i++) {
    count += items->items[i].kind == CTI_AST_FUNC;
    if (items->items[i].kind == CTI_AST_TYPEDEF) count += items->items[i].of.type->funcs.count;
  }
  return count;
}

static ct_status resolve_funcs(cti_draft *d, const cti_ast_items *items) {
  if (!cti_vec_ensure(d->scratch, &d->local.interfaces.items[d->owner.id].funcs, count_funcs(items))) return status_of(d);
  for (uint32_t i = 0; i < items->count; i++) {
    const cti_ast_item *item = &items->items[i];
    if (item->kind == CTI_AST_FUNC) CTI_TRY(add_func(d, item->of.func, NULL));
    if (item->kind != CTI_AST_TYPEDEF) continue;
    for (uint32_t j = 0; j < item->of.type->funcs.count; j++) CTI_TRY(add_func(d, &item->of.type->funcs.items[j], &item->of.type->id));
  }
  return CT_OK;
}

static ct_status claim_type_names(cti_draft *d, const cti_map *types) {
  CTI_TRY(cti_map_reserve(&d->names[0], &d->temporary, types->count));
  for (uint32_t i = 0; i < types->count; i++)
    CTI_TRY(claim_name(d, &d->names[0], cti_map_key(&types->entries[i]), d->local.names.items[types->entries[i].value].span));
  return CT_OK;
}

static const cti_wit_func *interface_func_at(const void *list, uint32_t at) { return &((const cti_wit_func *)list)[at]; }

static ct_status settle_setters(cti_draft *d, uint32_t interface) {
  cti_arena *arena = d->scratch;
  cti_wit_interface *it = &d->local.interfaces.items[interface];
  uint32_t *order, lonely;
  CTI_TRY(cti_setter_order(arena, &order, &lonely, it->funcs.items, it->funcs.count, interface_func_at));
  if (lonely != CTI_WIT_NONE) {
    const cti_wit_func *setter = &it->funcs.items[lonely];
    return cti_wit_fail(d->resolve, CT_WIT_TYPE, setter->span, "the setter `%.*s` has no getter beside it", CTI_S(cti_func_item_name(setter)));
  }
  if (!order) return CT_OK;
  cti_wit_func *funcs = CTI_NEW_N(arena, cti_wit_func, it->funcs.count);
  if (!funcs) return status_of(d);
  for (uint32_t i = 0; i < it->funcs.count; i++) {
    funcs[i] = it->funcs.items[order[i]];
    CTI_TRY(cti_map_set(&it->func_slots, arena, funcs[i].name, i));
  }
  memcpy(it->funcs.items, funcs, it->funcs.count * sizeof *funcs);
  return CT_OK;
}

static ct_status resolve_interface(cti_draft *d, uint32_t interface, const cti_ast_items *items, ct_slice docs, const cti_ast_gates *gates) {
  cti_wit_interface *it = &d->local.interfaces.items[interface];
  it->stability = gates->stability;
  CTI_TRY(cti_draft_docs(d, docs, &it->docs));
  d->owner = (cti_owner){CTI_OWNER_INTERFACE, interface};
  forget_names(d);
  CTI_TRY(resolve_uses(d, items));
  CTI_TRY(cti_draft_typedefs(d, items));
  CTI_TRY(claim_type_names(d, cti_draft_type_names(d)));
  CTI_TRY(resolve_funcs(d, items));
  return settle_setters(d, interface);
}

/* ---- worlds ---- */

static cti_wit_world *current_world(cti_draft *d) { return &d->local.worlds.items[d->owner.id]; }

static ct_status add_world_item(cti_draft *d, bool is_export, const cti_world_item *item) {
  cti_wit_world *world = current_world(d);
  cti_world_items *items = is_export ? &world->exports : &world->imports;
  return cti_vec_push_large(d->scratch, items, *item) ? CT_OK : status_of(d);
}

/* Types of the world are imports of it, in the order in which they were defined. */
static ct_status import_types(cti_draft *d) {
  CTI_TRY(claim_type_names(d, &d->world_types));
  for (uint32_t i = 0; i < d->world_types.count; i++) {
    uint32_t type = d->world_types.entries[i].value;
    cti_world_item item = {.name = cti_map_key(&d->world_types.entries[i]), .kind = CTI_WORLD_TYPE, .type = type, .span = d->local.names.items[type].span};
    CTI_TRY(add_world_item(d, false, &item));
  }
  return CT_OK;
}

static ct_status resolve_includes(cti_draft *d, const cti_ast_items *items) {
  for (uint32_t i = 0; i < items->count; i++) {
    if (items->items[i].kind != CTI_AST_INCLUDE) continue;
    const cti_ast_use *use = items->items[i].of.use;
    cti_item_ref ref;
    CTI_TRY(cti_draft_path(d, &use->path, &ref));
    if (!ref.is_world)
      return cti_wit_fail(d->resolve, CT_WIT_NAME, use->path.item.span, "`%.*s` is an interface, and a world is needed here", CTI_S(use->path.item.name));
    cti_draft_include include = {d->owner.id, ref.id, use};
    if (!cti_vec_push(d->scratch, &d->includes, include)) return status_of(d);
  }
  return CT_OK;
}

static ct_status import_methods(cti_draft *d, const cti_ast_typedef *resource) {
  for (uint32_t i = 0; i < resource->funcs.count; i++) {
    const cti_ast_func *func = &resource->funcs.items[i];
    cti_world_item item = {.kind = CTI_WORLD_FUNC, .span = func->id.span};
    CTI_TRY(cti_draft_func(d, func, &resource->id, &item.func));
    item.name = item.func.name;
    CTI_TRY(claim_name(d, &d->names[0], item.name, func->id.span));
    CTI_TRY(add_world_item(d, false, &item));
  }
  return CT_OK;
}

/* An inline interface: resolved with itself as the owner, then the world is current again. */
static ct_status resolve_inline(cti_draft *d, const cti_ast_extern *it, cti_world_item *item) {
  cti_wit_interface interface = {.package = CTI_WIT_NONE, .span = it->id.span, .clone_of = CTI_WIT_NONE};
  item->interface = cti_resolve_add_interface(&d->local, &interface);
  if (item->interface == CTI_WIT_NONE) return status_of(d);
  cti_owner world = d->owner;
  cti_map names[2] = {d->names[0], d->names[1]};
  cti_raw_names raw_names = d->raw_names;
  memset(&d->raw_names, 0, sizeof d->raw_names);
  CTI_TRY(resolve_interface(d, item->interface, &it->items, it->docs, it->gates));
  d->owner = world;
  d->names[0] = names[0];
  d->names[1] = names[1];
  d->raw_names = raw_names;
  item->stability = it->gates->stability;
  return CT_OK;
}

static ct_status resolve_path_item(cti_draft *d, const cti_ast_extern *it, cti_world_item *item) {
  item->stability = it->gates->stability;
  CTI_TRY(cti_draft_docs(d, it->docs, &item->docs));
  item->implements = it->kind == CTI_EXTERN_NAMED_PATH;
  item->span = item->implements ? it->id.span : it->path.item.span;
  return cti_draft_interface_path(d, &it->path, &item->interface);
}

static ct_status resolve_extern(cti_draft *d, const cti_ast_extern *it, cti_map seen[2]) {
  cti_world_item item = {.name = it->id.name, .kind = CTI_WORLD_INTERFACE, .external_id = it->gates->external_id, .span = it->id.span};
  if (it->kind == CTI_EXTERN_FUNC) {
    item.kind = CTI_WORLD_FUNC;
    item.external_id = (ct_slice){0};
    CTI_TRY(cti_draft_func(d, &it->func, NULL, &item.func));
    item.name = item.func.name;
  } else if (it->kind == CTI_EXTERN_INLINE) {
    CTI_TRY(resolve_inline(d, it, &item));
  } else {
    CTI_TRY(resolve_path_item(d, it, &item));
  }
  if (it->kind == CTI_EXTERN_PATH) {
    uint32_t value = 0;
    bool added;
    item.name = (ct_slice){0};
    CTI_TRY(cti_map_add_u64(&seen[it->is_export], d->scratch, item.interface, &value, &added));
    if (!added) return cti_wit_fail(d->resolve, CT_WIT_NAME, item.span, "an interface cannot be %s twice", it->is_export ? "exported" : "imported");
  } else {
    CTI_TRY(claim_name(d, &d->names[it->is_export], item.name, it->id.span));
  }
  return add_world_item(d, it->is_export, &item);
}

static ct_status resolve_world(cti_draft *d, uint32_t world, const cti_ast_block *block) {
  cti_wit_world *it = &d->local.worlds.items[world];
  cti_map seen[2] = {{0}, {0}};
  it->stability = block->gates->stability;
  CTI_TRY(cti_draft_docs(d, block->docs, &it->docs));
  d->owner = (cti_owner){CTI_OWNER_WORLD, world};
  d->world_types = (cti_map){0};
  forget_names(d);
  CTI_TRY(resolve_uses(d, &block->items));
  CTI_TRY(cti_draft_typedefs(d, &block->items));
  CTI_TRY(resolve_includes(d, &block->items));
  CTI_TRY(import_types(d));
  for (uint32_t i = 0; i < block->items.count; i++) {
    const cti_ast_item *item = &block->items.items[i];
    if (item->kind == CTI_AST_TYPEDEF) CTI_TRY(import_methods(d, item->of.type));
    if (item->kind == CTI_AST_EXTERN) CTI_TRY(resolve_extern(d, item->of.extern_, seen));
  }
  return CT_OK;
}

/* ---- the package ---- */

/* One file names the package; others may say the same. One of them has its documentation. */
static ct_status name_package(cti_draft *d) {
  const cti_ast_unit *named = NULL, *documented = NULL;
  for (uint32_t i = 0; i < d->units.count; i++) {
    const cti_ast_unit *unit = d->units.items[i];
    if (!unit->has_name) continue;
    if (named && (!cti_slice_eq(named->name.ns, unit->name.ns) || !cti_slice_eq(named->name.name, unit->name.name) || cti_semver_cmp(&named->name.version, &unit->name.version) != 0)) {
      cti_arena *arena = d->scratch;
      cti_wit_fail(d->resolve, CT_WIT_PACKAGE, unit->name_span, "this file is of the package `%.*s`, another of the same directory of `%.*s`",
                   CTI_S(cti_package_name_text(arena, &unit->name)), CTI_S(cti_package_name_text(arena, &named->name)));
      cti_error_hint(arena->error, "the other one is named at %.*s; each package has a directory of its own, those that are depended on in deps/NAME", CTI_S(cti_span_text(d->resolve, named->name_span)));
      return CT_WIT_PACKAGE;
    }
    if (unit->docs.data && documented)
      return cti_wit_fail(d->resolve, CT_WIT_PACKAGE, unit->docs_span, "the package is documented in two files");
    if (unit->docs.data) documented = unit;
    named = unit;
    d->name = unit->name;
    d->name_span = unit->name_span;
  }
  if (documented) CTI_TRY(cti_draft_docs(d, documented->docs, &d->docs));
  if (named) return CT_OK;
  cti_wit_fail(d->resolve, CT_WIT_PACKAGE, (cti_span){0}, "no file of this package names it");
  cti_error_hint(d->resolve->arena->error, "begin one of them with `package namespace:name;`");
  return CT_WIT_PACKAGE;
}

static ct_status resolve_block(cti_draft *d, const cti_draft_block *it) {
  d->unit = it->unit;
  if (it->ref.is_world) return resolve_world(d, it->ref.id, it->block);
  return resolve_interface(d, it->ref.id, &it->block->items, it->block->docs, it->block->gates);
}

/* Interfaces before worlds, each list in the order of its dependencies. */
static ct_status resolve_blocks(cti_draft *d) {
  for (uint32_t world = 0; world < 2; world++)
    for (uint32_t i = 0; i < d->blocks.count; i++) {
      const cti_draft_block *it = &d->blocks.items[d->order[i]];
      if (it->ref.is_world != (world == 1)) continue;
      ct_status status = resolve_block(d, it);
      cti_arena_free(&d->temporary);
      forget_names(d);
      if (status != CT_OK) return status;
    }
  return CT_OK;
}

ct_status cti_draft_make(cti_draft *d, cti_resolve *resolve, const cti_ast_unit *const *units, uint32_t count, cti_arena *scratch) {
  uint32_t types = 0;
  *d = (cti_draft){.resolve = resolve, .scratch = scratch};
  cti_arena_init(&d->temporary, resolve->arena->error);
  cti_resolve_init(&d->local, scratch);
  for (uint32_t i = 0; i < count; i++) {
    types += units[i]->type_bound;
    if (!cti_vec_push(scratch, &d->units, units[i])) return status_of(d);
  }
  if (!cti_vec_ensure(scratch, &d->local.types.defs, types) || !cti_vec_ensure(scratch, &d->local.names, types) || !cti_vec_ensure(scratch, &d->roots, types))
    return status_of(d);
  CTI_TRY(name_package(d));
  CTI_TRY(cti_draft_scopes(d));
  return resolve_blocks(d);
}
