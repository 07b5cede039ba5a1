/* wit_link.c - a draft into its resolve: what stands for items of other packages gets their ids, gated items fall away, resources in signatures become
 * handles, worlds are completed. Ids are given out in the order of the draft: types with the handles that they need before them, then the handles of
 * functions, of interfaces before worlds; bindings generators and goldens see that order. */
#include "wit/wit_link.h"
#include "wit/wit_wasi.h"

#include <stdarg.h>
#include <stdio.h>

static ct_status status_of(const cti_linker *l) { return l->resolve->arena->error->status; }

/* ---- gates ---- */

ct_status cti_link_gate(const cti_linker *l, const cti_stability *stability, cti_span span, bool *out) {
  const cti_package_name *name = &l->resolve->packages.items[l->package].name;
  *out = true;
  if (stability->kind == CTI_STABILITY_UNKNOWN) return CT_OK;
  if (stability->kind == CTI_STABILITY_UNSTABLE) {
    *out = l->gates->all_features || cti_map_get(&l->gates->features, stability->gate->feature) != CTI_MAP_NONE;
    return CT_OK;
  }
  cti_arena *arena = l->resolve->arena;
  if (!name->version.present) {
    cti_wit_fail(l->resolve, CT_WIT_PACKAGE, span, "this is gated by @since, and its package `%.*s` has no version", CTI_S(cti_package_name_text(arena, name)));
    cti_error_hint(arena->error, "name the package with a version: `package %.*s@1.0.0;`", CTI_S(cti_package_name_text(arena, name)));
    return CT_WIT_PACKAGE;
  }
  if (cti_semver_cmp(&stability->gate->since, &name->version) <= 0) return CT_OK;
  if (l->draft->carried) {
    *out = false;
    return CT_OK;
  }
  return cti_wit_fail(l->resolve, CT_WIT_PACKAGE, span, "@since names the version %.*s, which is later than the package's own, %.*s",
                      CTI_S(cti_semver_text(arena, &stability->gate->since)), CTI_S(cti_semver_text(arena, &name->version)));
}

/* ---- other packages ---- */

/* Text that grows in a fixed place and is cut at its end. */
typedef struct hint {
  char text[768];
  size_t used;
} hint;

static void add(hint *h, const char *format, ...) CTI_PRINTF(2, 3);
static void add(hint *h, const char *format, ...) {
  if (h->used >= sizeof h->text) return;
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(h->text + h->used, sizeof h->text - h->used, format, arguments);
  va_end(arguments);
  h->used += size > 0 ? (size_t)size : 0;
}

/* Is `id` the same package as `name`, whatever the versions? */
static bool same_but_version(ct_slice id, const cti_package_name *name) {
  size_t colon = cti_slice_find(id, ':', 0), at = cti_slice_find(id, '@', 0);
  return cti_slice_eq(cti_slice_cut(id, 0, colon), name->ns) && cti_slice_eq(cti_slice_cut(id, colon + 1, at), name->name);
}

/* The packages that were read, without the one that asks. */
static ct_status known_packages(const cti_linker *l, cti_map *out) {
  ct_slice own = cti_package_id(l->resolve, l->package);
  for (unsigned source = 0; source < 2; source++) {
    const cti_map *ids = source ? l->gates->known : &l->resolve->package_ids;
    for (uint32_t i = 0; ids && i < ids->count; i++)
      if (!cti_slice_eq(cti_map_key(&ids->entries[i]), own)) CTI_TRY(cti_map_set(out, l->resolve->arena, cti_map_key(&ids->entries[i]), i));
  }
  return CT_OK;
}

/* The same package at other versions (which then is all that has to be said), or one whose name is near, or what there is. */
static bool add_candidates(hint *h, const cti_linker *l, const cti_draft_foreign *it) {
  cti_map known = {0};
  uint32_t versions = 0;
  cti_nearest nearest = cti_nearest_make(cti_package_name_text(l->resolve->arena, &it->package));
  if (known_packages(l, &known) != CT_OK) return false;
  cti_nearest_try_keys(&nearest, &known);
  for (uint32_t i = 0; i < known.count; i++)
    if (same_but_version(cti_map_key(&known.entries[i]), &it->package)) add(h, "%s`%.*s`", versions++ ? ", " : "there is ", CTI_S(cti_map_key(&known.entries[i])));
  if (versions) add(h, ": name that version where it is used\n");
  else if (nearest.best.size) add(h, "did you mean `%.*s`?\n", CTI_S(nearest.best));
  if (versions || nearest.best.size) return versions > 0;
  for (uint32_t i = 0; i < known.count; i++) add(h, "%s`%.*s`", i ? ", " : "found were ", CTI_S(cti_map_key(&known.entries[i])));
  if (known.count) add(h, "\n");
  return false;
}

/* The version that another package of its namespace is used at, as "@0.2.3": packages of one namespace often come together. {NULL, 0} when there is none. */
static ct_slice version_beside(const cti_linker *l, const cti_package_name *name) {
  cti_map known = {0};
  if (known_packages(l, &known) != CT_OK) return (ct_slice){NULL, 0};
  for (uint32_t i = 0; i < known.count; i++) {
    ct_slice id = cti_map_key(&known.entries[i]);
    size_t at = cti_slice_find(id, '@', 0);
    if (at < id.size && cti_slice_eq(cti_slice_cut(id, 0, cti_slice_find(id, ':', 0)), name->ns)) return cti_slice_cut(id, at, id.size);
  }
  return (ct_slice){NULL, 0};
}

/* What is built in of a package of this name, or of one that is near to it. */
static void add_builtin(hint *h, const cti_linker *l, const cti_package_name *name) {
  const char *carried = cti_wasi_version(name);
  cti_nearest nearest = cti_nearest_make(name->name);
  ct_slice beside = name->version.present ? (ct_slice){NULL, 0} : version_beside(l, name), versions = cti_wasi_versions(name, l->resolve->arena);
  if (carried && name->version.present) add(h, "`%.*s:%.*s` is built in up to version %s\n", CTI_S(name->ns), CTI_S(name->name), carried);
  else if (carried && beside.data) add(h, "`%.*s:%.*s` is built in when a version is named: %.*s, as of the others here\n", CTI_S(name->ns), CTI_S(name->name), CTI_S(beside));
  else if (carried) add(h, "`%.*s:%.*s` is built in when a version is named, as in %.*s\n", CTI_S(name->ns), CTI_S(name->name), CTI_S(versions));
  if (carried || !cti_slice_is(name->ns, "wasi")) return;
  for (size_t i = 0; i < cti_wasi_text_count; i++) cti_nearest_try(&nearest, cti_slice_str(cti_wasi_texts[i].name));
  if (nearest.best.size) add(h, "did you mean `wasi:%.*s`, which is built in?\n", CTI_S(nearest.best));
}

static void hint_searched(const cti_linker *l, const cti_draft_foreign *it) {
  const cti_wit_gates *gates = l->gates;
  hint h = {.used = 0};
  bool settled = add_candidates(&h, l, it);
  for (uint32_t i = 0; i < gates->searched_count; i++) add(&h, "%s%.*s", i ? ", " : "searched: ", CTI_S(gates->searched[i]));
  if (gates->searched_count && !settled) add(&h, "\n");
  if (gates->builtin && !settled) add_builtin(&h, l, &it->package);
  else if (!gates->builtin && cti_wasi_version(&it->package)) add(&h, "`%.*s:%.*s` is built in, but not looked at: --no-builtin-wit\n", CTI_S(it->package.ns), CTI_S(it->package.name));
  ct_slice place = gates->locate ? gates->locate(gates->locate_context, &it->package) : (ct_slice){0};
  ct_slice root = cti_slice_is(gates->directory, ".") ? (ct_slice){0} : gates->directory;
  const char *slash = root.size && !cti_slice_ends(root, CTI_LIT("/")) ? "/" : "";
  if (place.size) add(&h, "%sit is in %.*s: mkdir -p %.*s%sdeps && cp -r %.*s %.*s%sdeps/", settled ? "\n" : "", CTI_S(place), CTI_S(root), slash, CTI_S(place), CTI_S(root), slash);
  else if (!settled) add(&h, "put its .wit files into %.*s%sdeps/%.*s/, one directory for each package", CTI_S(root), slash, CTI_S(it->package.name));
  cti_error_hint(l->resolve->arena->error, "%s", h.text);
}

static ct_status find_package(const cti_linker *l, const cti_draft_foreign *it, uint32_t *out) {
  *out = cti_resolve_find_package(l->resolve, &it->package);
  if (*out != CTI_WIT_NONE) return status_of(l);
  cti_wit_fail(l->resolve, CT_WIT_PACKAGE, it->package_span, "the package `%.*s` was not found", CTI_S(cti_package_name_text(l->resolve->arena, &it->package)));
  hint_searched(l, it);
  return CT_WIT_PACKAGE;
}

static ct_status fail_unknown_item(const cti_linker *l, const cti_draft_foreign *it, const cti_wit_package *package) {
  cti_nearest nearest = cti_nearest_make(it->item);
  const cti_map *wanted = it->ref.is_world ? &package->world_ids : &package->interface_ids, *other = it->ref.is_world ? &package->interface_ids : &package->world_ids;
  cti_wit_fail(l->resolve, CT_WIT_NAME, it->item_span, "the %s `%.*s` does not exist in the package `%.*s`", it->ref.is_world ? "world" : "interface",
               CTI_S(it->item), CTI_S(cti_package_name_text(l->resolve->arena, &package->name)));
  if (cti_map_get(other, it->item) != CTI_MAP_NONE) cti_error_hint(l->resolve->arena->error, "it is %s there", it->ref.is_world ? "an interface" : "a world");
  cti_nearest_try_keys(&nearest, wanted);
  cti_nearest_hint(&nearest, l->resolve->arena->error);
  cti_keys_hint(it->ref.is_world ? "its worlds are " : "its interfaces are ", wanted, l->resolve->arena->error);
  return CT_WIT_NAME;
}

static ct_status link_foreign(cti_linker *l, const cti_draft_foreign *it) {
  uint32_t package, *slot = it->ref.is_world ? &l->worlds[it->ref.id] : &l->interfaces[it->ref.id];
  bool there = false;
  *slot = CTI_WIT_NONE;
  CTI_TRY(find_package(l, it, &package));
  for (uint32_t i = 0; i < it->gates.count && !there; i++) CTI_TRY(cti_link_gate(l, &it->gates.items[i], it->item_span, &there));
  if (!there) return CT_OK;
  const cti_wit_package *found = &l->resolve->packages.items[package];
  *slot = cti_map_get(it->ref.is_world ? &found->world_ids : &found->interface_ids, it->item);
  return *slot == CTI_MAP_NONE ? fail_unknown_item(l, it, found) : CT_OK;
}

/* A name that is not there is told when something that is there refers to it. */
static void link_foreign_type(cti_linker *l, uint32_t type) {
  const cti_wit_type *it = &l->draft->local.names.items[type];
  uint32_t interface = l->interfaces[it->owner.id];
  l->types[type] = interface == CTI_WIT_NONE ? CTI_WIT_NONE : cti_map_get(&l->resolve->interfaces.items[interface].type_ids, it->name);
}

static ct_status check_required_resources(const cti_linker *l) {
  for (uint32_t i = 0; i < l->draft->required_resources.count; i++) {
    const cti_required_resource *it = &l->draft->required_resources.items[i];
    if (l->types[it->type] != CTI_WIT_NONE && !l->resolve->names.items[l->types[it->type]].is_resource)
      return cti_wit_fail(l->resolve, CT_WIT_TYPE, it->span, "this is no resource, and own<> and borrow<> are for resources alone");
  }
  return CT_OK;
}

/* ---- types ---- */

static ct_status fail_absent_type(const cti_linker *l, uint32_t type, cti_span span) {
  const cti_wit_type *it = &l->draft->local.names.items[type];
  uint32_t interface = type < l->draft->foreign_types ? l->interfaces[it->owner.id] : CTI_WIT_NONE;
  if (interface == CTI_WIT_NONE) {
    cti_wit_fail(l->resolve, CT_WIT_TYPE, span, "this refers to %s`%.*s`, which is gated by a feature that is not active", it->name.size ? "the type " : "a type ", CTI_S(it->name));
    cti_error_hint(l->resolve->arena->error, "gate this in the same way, or switch the feature on: --features NAME");
    return CT_WIT_TYPE;
  }
  cti_nearest nearest = cti_nearest_make(it->name);
  cti_nearest_try_keys(&nearest, &l->resolve->interfaces.items[interface].type_ids);
  cti_wit_fail(l->resolve, CT_WIT_NAME, it->span, "the type `%.*s` does not exist in `%.*s`", CTI_S(it->name), CTI_S(cti_interface_id(l->resolve, interface)));
  cti_nearest_hint(&nearest, l->resolve->arena->error);
  cti_keys_hint("its types are ", &l->resolve->interfaces.items[interface].type_ids, l->resolve->arena->error);
  return CT_WIT_NAME;
}

static ct_status map_type(const cti_linker *l, uint32_t *type, cti_span span) {
  uint32_t mapped = l->types[*type];
  if (mapped == CTI_WIT_NONE) return fail_absent_type(l, *type, span);
  *type = mapped;
  return CT_OK;
}

/* A type where a value of it is meant: a resource becomes own<resource>. */
static ct_status map_value(cti_linker *l, cti_valtype *type, cti_span span) {
  if (!cti_valtype_is_def(*type)) return CT_OK;
  uint32_t id = cti_valtype_index(*type), own;
  CTI_TRY(map_type(l, &id, span));
  *type = cti_valtype_def(id);
  if (!l->resolve->names.items[id].is_resource) return CT_OK;
  own = cti_map_get_u64(&l->owns, id);
  if (own == CTI_MAP_NONE) {
    cti_def def = {.kind = CTI_DEF_OWN, .resource = id};
    cti_wit_type names = {0};
    own = cti_resolve_add_type(l->resolve, &def, &names);
    if (own == CTI_WIT_NONE) return status_of(l);
    CTI_TRY(cti_map_set_u64(&l->owns, l->draft->scratch, id, own));
  }
  *type = cti_valtype_def(own);
  return CT_OK;
}

static ct_status map_def(cti_linker *l, cti_def *def, cti_span span) {
  bool alias = def->kind == CTI_DEF_ALIAS && cti_valtype_is_def(def->element); /* `type a = r` is a resource, too, not a handle */
  if (alias || def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW) {
    uint32_t id = alias ? cti_valtype_index(def->element) : def->resource;
    CTI_TRY(map_type(l, &id, span));
    cti_def_set_child(def, 0, cti_valtype_def(id));
    return CT_OK;
  }
  for (uint32_t i = 0, count = cti_def_child_count(def); i < count; i++) {
    cti_valtype child = cti_def_child(def, i);
    CTI_TRY(map_value(l, &child, span));
    cti_def_set_child(def, i, child);
  }
  return CT_OK;
}

static ct_status link_type(cti_linker *l, uint32_t type) {
  const cti_wit_type *names = &l->draft->local.names.items[type];
  cti_def def = l->draft->local.types.defs.items[type];
  bool there;
  l->types[type] = CTI_WIT_NONE;
  CTI_TRY(cti_link_gate(l, &names->stability, names->span, &there));
  if (!there) return CT_OK;
  CTI_TRY(map_def(l, &def, names->span));
  l->types[type] = cti_resolve_add_type(l->resolve, &def, names);
  return l->types[type] == CTI_WIT_NONE ? status_of(l) : CT_OK;
}

/* Owners are known when the interfaces, or the worlds, are. */
static ct_status link_owners(cti_linker *l, cti_owner_kind kind) {
  for (uint32_t type = l->draft->foreign_types; type < l->draft->local.names.count; type++) {
    if (l->types[type] == CTI_WIT_NONE) continue;
    cti_wit_type *it = &l->resolve->names.items[l->types[type]];
    if (it->owner.kind != kind) continue;
    it->owner.id = kind == CTI_OWNER_WORLD ? l->worlds[it->owner.id] : l->interfaces[it->owner.id];
    if (it->owner.id == CTI_WIT_NONE)
      return cti_wit_fail(l->resolve, CT_WIT_TYPE, it->span, "this type is not gated by a feature, but the %s around it is", kind == CTI_OWNER_WORLD ? "world" : "interface");
  }
  return CT_OK;
}

/* ---- functions and interfaces ---- */

static ct_status map_func(cti_linker *l, cti_wit_func *func) {
  if (func->resource != CTI_WIT_NONE) CTI_TRY(map_type(l, &func->resource, func->span));
  for (uint32_t i = 0; i < func->param_count; i++) CTI_TRY(map_value(l, &func->params[i].type, func->span));
  CTI_TRY(map_value(l, &func->result, func->span));
  if (!cti_valtype_is_def(func->result) || !l->resolve->names.items[cti_valtype_index(func->result)].has_borrow) return CT_OK;
  return cti_wit_fail(l->resolve, CT_WIT_TYPE, func->span, "the function `%.*s` returns a borrow<>, which is not possible: only parameters lend", CTI_S(func->name));
}

static ct_status link_funcs(cti_linker *l, const cti_wit_interface *from, uint32_t interface) {
  for (uint32_t i = 0; i < from->funcs.count; i++) {
    cti_wit_func func = from->funcs.items[i];
    bool there;
    CTI_TRY(cti_link_gate(l, &func.stability, func.span, &there));
    if (!there) continue;
    CTI_TRY(map_func(l, &func));
    CTI_TRY(cti_interface_add_func(l->resolve, interface, &func));
  }
  return CT_OK;
}

static ct_status link_interface(cti_linker *l, uint32_t interface) {
  const cti_wit_interface *from = &l->draft->local.interfaces.items[interface];
  bool there;
  l->interfaces[interface] = CTI_WIT_NONE;
  CTI_TRY(cti_link_gate(l, &from->stability, from->span, &there));
  if (!there) return CT_OK;
  cti_wit_interface made = {.name = from->name, .package = l->package, .docs = from->docs, .stability = from->stability, .span = from->span, .clone_of = CTI_WIT_NONE};
  uint32_t id = l->interfaces[interface] = cti_resolve_add_interface(l->resolve, &made);
  if (id == CTI_WIT_NONE) return status_of(l);
  cti_wit_interface *into = &l->resolve->interfaces.items[id];
  if (!cti_vec_ensure(l->resolve->arena, &into->types, from->types.count) || !cti_vec_ensure(l->resolve->arena, &into->funcs, from->funcs.count)) return status_of(l);
  CTI_TRY(cti_map_reserve(&into->type_ids, l->resolve->arena, from->types.count));
  CTI_TRY(cti_map_reserve(&into->func_slots, l->resolve->arena, from->funcs.count));
  for (uint32_t i = 0; i < from->types.count; i++)
    if (l->types[from->types.items[i]] != CTI_WIT_NONE) CTI_TRY(cti_interface_add_type(l->resolve, id, l->types[from->types.items[i]]));
  return link_funcs(l, from, id);
}

/* ---- worlds ---- */

ct_status cti_link_world(const cti_linker *l, uint32_t draft_world, cti_span span, uint32_t *out) {
  *out = l->worlds[draft_world];
  if (*out != CTI_WIT_NONE) return CT_OK;
  return cti_wit_fail(l->resolve, CT_WIT_WORLD, span, "this refers to a world which is gated by a feature that is not active");
}

static ct_status map_world_item(cti_linker *l, cti_world_item *item, bool *there) {
  if (item->kind == CTI_WORLD_TYPE) {
    const cti_wit_type *names = &l->draft->local.names.items[item->type];
    *there = l->types[item->type] != CTI_WIT_NONE;
    if (!*there) return CT_OK;
    CTI_TRY(cti_link_gate(l, &names->stability, item->span, there));
    return map_type(l, &item->type, item->span);
  }
  CTI_TRY(cti_link_gate(l, cti_world_item_stability(&l->draft->local, item), item->span, there));
  if (!*there) return CT_OK;
  if (item->kind == CTI_WORLD_FUNC) return map_func(l, &item->func);
  item->interface = l->interfaces[item->interface];
  if (item->interface != CTI_WIT_NONE) return CT_OK;
  return cti_wit_fail(l->resolve, CT_WIT_WORLD, item->span, "this refers to an interface which is gated by a feature that is not active");
}

static ct_status link_items(cti_linker *l, cti_world_items *out, const cti_world_items *from) {
  if (!cti_vec_ensure(l->resolve->arena, out, from->count)) return status_of(l);
  for (uint32_t i = 0; i < from->count; i++) {
    cti_world_item item = from->items[i];
    bool there;
    CTI_TRY(map_world_item(l, &item, &there));
    if (there && !cti_vec_push(l->resolve->arena, out, item)) return status_of(l);
  }
  return CT_OK;
}

static ct_status link_world(cti_linker *l, uint32_t world) {
  const cti_wit_world *from = &l->draft->local.worlds.items[world];
  cti_wit_world made = {.name = from->name, .package = l->package, .docs = from->docs, .stability = from->stability, .span = from->span};
  bool there;
  l->worlds[world] = CTI_WIT_NONE;
  CTI_TRY(cti_link_gate(l, &from->stability, from->span, &there));
  if (!there) return CT_OK;
  CTI_TRY(link_items(l, &made.imports, &from->imports));
  CTI_TRY(link_items(l, &made.exports, &from->exports));
  l->worlds[world] = cti_resolve_add_world(l->resolve, &made);
  return l->worlds[world] == CTI_WIT_NONE ? status_of(l) : CT_OK;
}

/* ---- the package ---- */

static ct_status add_package(cti_linker *l) {
  const cti_draft *d = l->draft;
  uint32_t other = cti_resolve_find_package(l->resolve, &d->name);
  CTI_TRY(status_of(l));
  if (other != CTI_WIT_NONE) {
    cti_arena *arena = l->resolve->arena;
    cti_wit_fail(l->resolve, CT_WIT_PACKAGE, d->name_span, "the package `%.*s` is defined in two places", CTI_S(cti_package_name_text(arena, &d->name)));
    cti_error_hint(arena->error, "the other one is %.*s", CTI_S(cti_span_text(l->resolve, l->resolve->packages.items[other].span)));
    return CT_WIT_PACKAGE;
  }
  cti_wit_package package = {.name = d->name, .docs = d->docs, .span = d->name_span};
  l->package = cti_resolve_add_package(l->resolve, &package);
  return l->package == CTI_WIT_NONE ? status_of(l) : CT_OK;
}

static ct_status link_entities(cti_linker *l) {
  const cti_draft *d = l->draft;
  for (uint32_t i = 0; i < d->foreign.count; i++) CTI_TRY(link_foreign(l, &d->foreign.items[i]));
  for (uint32_t i = 0; i < d->foreign_types; i++) link_foreign_type(l, i);
  CTI_TRY(check_required_resources(l));
  for (uint32_t i = d->foreign_types; i < d->local.names.count; i++) CTI_TRY(link_type(l, i));
  for (uint32_t i = d->foreign_interfaces; i < d->local.interfaces.count; i++) CTI_TRY(link_interface(l, i));
  CTI_TRY(link_owners(l, CTI_OWNER_INTERFACE));
  for (uint32_t i = d->foreign_worlds; i < d->local.worlds.count; i++) CTI_TRY(link_world(l, i));
  return link_owners(l, CTI_OWNER_WORLD);
}

/* Worlds come in the order of their includes, so what is included is complete. */
static ct_status complete_worlds(cti_linker *l) {
  const cti_draft *d = l->draft;
  l->deps = (cti_dep_cache){.resolve = l->resolve, .arena = l->draft->scratch};
  for (uint32_t i = d->foreign_worlds; i < d->local.worlds.count; i++) {
    if (l->worlds[i] == CTI_WIT_NONE) continue;
    CTI_TRY(cti_link_includes(l, i));
    CTI_TRY(cti_elaborate_world(&l->deps, l->worlds[i]));
  }
  return CT_OK;
}

static ct_status list_in_package(cti_linker *l) {
  const cti_draft *d = l->draft;
  for (uint32_t i = d->foreign_interfaces; i < d->local.interfaces.count; i++)
    if (l->interfaces[i] != CTI_WIT_NONE && d->local.interfaces.items[i].name.data) CTI_TRY(cti_package_add_interface(l->resolve, l->package, l->interfaces[i]));
  for (uint32_t i = d->foreign_worlds; i < d->local.worlds.count; i++)
    if (l->worlds[i] != CTI_WIT_NONE) CTI_TRY(cti_package_add_world(l->resolve, l->package, l->worlds[i]));
  return CT_OK;
}

/* Room for all interfaces and types at once: those of the draft, and a handle for each that is, or may be, a resource. */
static bool reserve(cti_linker *l) {
  const cti_draft *d = l->draft;
  uint32_t count = d->local.names.count - d->foreign_types;
  for (uint32_t i = 0; i < d->roots.count; i++) {
    cti_def_kind kind = d->local.types.defs.items[d->roots.items[i]].kind;
    count += kind == CTI_DEF_RESOURCE || kind == CTI_DEF_UNKNOWN;
  }
  if (!cti_vec_ensure(l->resolve->arena, &l->resolve->interfaces, d->local.interfaces.count - d->foreign_interfaces)) return false;
  return cti_vec_ensure(l->resolve->arena, &l->resolve->types.defs, count) && cti_vec_ensure(l->resolve->arena, &l->resolve->names, count);
}

ct_status cti_draft_link(cti_draft *draft, uint32_t *package, const cti_wit_gates *gates) {
  cti_linker l = {.draft = draft, .resolve = draft->resolve, .gates = gates};
  cti_arena *arena = draft->scratch;
  CTI_TRY(add_package(&l));
  l.types = CTI_NEW_N(arena, uint32_t, draft->local.names.count);
  l.interfaces = CTI_NEW_N(arena, uint32_t, draft->local.interfaces.count);
  l.worlds = CTI_NEW_N(arena, uint32_t, draft->local.worlds.count);
  if (!l.types || !l.interfaces || !l.worlds || !reserve(&l)) return arena->error->status;
  CTI_TRY(link_entities(&l));
  CTI_TRY(complete_worlds(&l));
  CTI_TRY(list_in_package(&l));
  *package = l.package;
  return CT_OK;
}
