/* wit_transform.c - importize and exportize, imports merged by version, and types made nominal. */
#include "wit/wit_transform.h"

#include "types/label.h"
#include "wit/wit_error.h"
#include "wit/wit_merge.h"
#include "wit/wit_world.h"

static ct_status status_of(const cti_resolve *r) { return r->arena->error->status; }

static ct_status elaborate(cti_resolve *r, uint32_t world) {
  cti_dep_cache deps = {.resolve = r, .arena = r->arena};
  return cti_elaborate_world(&deps, world);
}

/* ---- turning around ---- */

/* Gives the world another name, under which it is the last of its package. */
static ct_status rename_world(cti_resolve *r, uint32_t world, ct_slice new_name, const char *suffix) {
  cti_wit_world *it = &r->worlds.items[world];
  cti_wit_package *package = &r->packages.items[it->package];
  ct_slice name = new_name.data ? new_name : cti_format(r->arena, "%.*s%s", CTI_S(it->name), suffix);
  if (!name.data) return status_of(r);
  if (!cti_label_valid(name)) return cti_fail(r->arena->error, CT_WIT_NAME, CT_NO_OFFSET, "`%.*s` cannot be the name of a world: it is no label", CTI_S(name));
  bool taken = cti_map_get(&package->world_ids, name) != CTI_MAP_NONE && cti_map_get(&package->world_ids, name) != world;
  if (taken || cti_map_get(&package->interface_ids, name) != CTI_MAP_NONE)
    return cti_fail(r->arena->error, CT_WIT_NAME, CT_NO_OFFSET, "the package `%.*s` has something of the name `%.*s` already", CTI_S(cti_package_id(r, it->package)), CTI_S(name));
  cti_ids worlds = {0};
  it->name = name;
  package->world_ids = (cti_map){0};
  for (uint32_t i = 0; i < package->worlds.count; i++)
    if (package->worlds.items[i] != world && !cti_vec_push(r->arena, &worlds, package->worlds.items[i])) return status_of(r);
  if (!cti_vec_push(r->arena, &worlds, world)) return status_of(r);
  package->worlds.count = 0;
  for (uint32_t i = 0; i < worlds.count; i++) CTI_TRY(cti_package_add_world(r, it->package, worlds.items[i]));
  return CT_OK;
}

ct_status cti_world_importize(cti_resolve *r, uint32_t world, ct_slice new_name) {
  CTI_TRY(rename_world(r, world, new_name, "-importized"));
  cti_wit_world *it = &r->worlds.items[world];
  cti_world_items imports = {0};
  cti_item_index index = {0};
  for (uint32_t i = 0; i < it->imports.count; i++)
    if (it->imports.items[i].kind == CTI_WORLD_TYPE) CTI_TRY(cti_items_add(&imports, &index, &it->imports.items[i], r->arena));
  for (uint32_t i = 0; i < it->exports.count; i++) {
    const cti_world_item *item = &it->exports.items[i];
    if (cti_item_index_find(&index, item) != CTI_WIT_NONE)
      return cti_wit_fail(r, CT_WIT_WORLD, item->span, "the export `%.*s` cannot become an import: a type of the same name is imported", CTI_S(item->name));
    CTI_TRY(cti_items_add(&imports, &index, item, r->arena));
  }
  it->imports = imports;
  it->exports = (cti_world_items){0};
  return elaborate(r, world);
}

/* Is an item one of those named: by its plain name, or by its interface's without the package? */
static bool is_named(const cti_resolve *r, const cti_world_item *item, const cti_map *names) {
  ct_slice name = item->name.data ? item->name : r->interfaces.items[item->interface].name;
  return cti_map_get(names, name) != CTI_MAP_NONE;
}

ct_status cti_world_exportize(cti_resolve *r, uint32_t world, ct_slice new_name, const ct_slice *names, uint32_t name_count) {
  cti_map wanted = {0};
  CTI_TRY(rename_world(r, world, new_name, "-exportized"));
  for (uint32_t i = 0; i < name_count; i++) CTI_TRY(cti_map_set(&wanted, r->arena, names[i], i));
  cti_wit_world *it = &r->worlds.items[world];
  cti_world_items imports = {0}, exports = {0};
  for (uint32_t i = 0; i < it->imports.count; i++) {
    const cti_world_item *item = &it->imports.items[i];
    bool stays = item->kind == CTI_WORLD_TYPE || (item->kind == CTI_WORLD_FUNC && item->func.resource != CTI_WIT_NONE); /* types of the world, and their functions */
    bool moves = name_count == 0 ? !stays : is_named(r, item, &wanted);
    if (moves && stays)
      return cti_wit_fail(r, CT_WIT_WORLD, item->span, "`%.*s` cannot be exported: worlds export functions and interfaces, not types", CTI_S(item->name));
    if (!cti_vec_push(r->arena, moves ? &exports : &imports, *item)) return status_of(r);
  }
  it->imports = imports;
  it->exports = exports;
  return elaborate(r, world);
}

/* ---- one version of each import ---- */

/* An interface without the parts of its version that may differ: "ns:pkg/iface@track". {NULL, 0} when it has none. */
static ct_slice track_of(const cti_resolve *r, uint32_t interface) {
  const cti_wit_interface *it = &r->interfaces.items[interface];
  if (!it->name.data || it->package == CTI_WIT_NONE) return (ct_slice){0};
  const cti_package_name *name = &r->packages.items[it->package].name;
  ct_slice suffix;
  if (!name->version.present) return (ct_slice){0};
  return CTI_JOIN(r->arena, name->ns, CTI_LIT(":"), name->name, CTI_LIT("/"), it->name, CTI_LIT("@"), cti_semver_track(r->arena, &name->version, &suffix));
}

static const cti_semver *version_of(const cti_resolve *r, uint32_t interface) { return &r->packages.items[r->interfaces.items[interface].package].name.version; }

/* Which interfaces go, and which takes the place of each. */
static ct_status find_replacements(cti_resolve *r, const cti_world_items *imports, cti_map *replacements) {
  cti_map latest = {0}; /* track -> interface */
  for (unsigned round = 0; round < 2; round++)
    for (uint32_t i = 0; i < imports->count; i++) {
      uint32_t interface = imports->items[i].interface, best = interface;
      bool added;
      if (imports->items[i].name.data) continue;
      ct_slice track = track_of(r, interface);
      if (!track.data) continue;
      CTI_TRY(cti_map_add(&latest, r->arena, track, &best, &added));
      if (round == 0 && cti_semver_cmp(version_of(r, interface), version_of(r, best)) > 0) CTI_TRY(cti_map_set(&latest, r->arena, track, interface));
      if (round == 1 && best != interface) CTI_TRY(cti_map_set_u64(replacements, r->arena, interface, best));
    }
  return status_of(r);
}

static ct_status check_replacement(const cti_resolve *r, uint32_t old, uint32_t latest) {
  ct_status status = cti_check_same_interface(r, old, r, latest);
  if (status != CT_OK)
    cti_error_trail(r->arena->error, "%.*s in place of %.*s: the versions are compatible by number, but not in content", CTI_S(cti_interface_id(r, latest)), CTI_S(cti_interface_id(r, old)));
  return status;
}

/* What the latest lacks it gets: worlds are often cut to what their module calls, and each of several modules calls something else. */
static ct_status complete_latest(cti_resolve *r, uint32_t old, uint32_t latest) {
  cti_clone_maps maps = {0};
  cti_cloner cloner = {r, &maps, {CTI_OWNER_INTERFACE, old}, {CTI_OWNER_INTERFACE, latest}, r->interfaces.items[latest].package};
  for (uint32_t i = 0; i < r->interfaces.items[old].types.count; i++) {
    uint32_t type = r->interfaces.items[old].types.items[i], same = cti_map_get(&r->interfaces.items[latest].type_ids, r->names.items[type].name);
    if (same != CTI_MAP_NONE) CTI_TRY(cti_map_set_u64(&maps.types, r->arena, type, same));
  }
  for (uint32_t i = 0; i < r->interfaces.items[old].types.count; i++) {
    uint32_t type = r->interfaces.items[old].types.items[i];
    if (cti_map_get_u64(&maps.types, type) != CTI_MAP_NONE) continue;
    CTI_TRY(cti_clone_type(&cloner, &type));
    CTI_TRY(cti_interface_add_type(r, latest, type));
  }
  for (uint32_t i = 0; i < r->interfaces.items[old].funcs.count; i++) {
    cti_wit_func func = r->interfaces.items[old].funcs.items[i];
    if (cti_map_get(&r->interfaces.items[latest].func_slots, func.name) != CTI_MAP_NONE) continue;
    CTI_TRY(cti_clone_func(&cloner, &func));
    CTI_TRY(cti_interface_add_func(r, latest, &func));
  }
  return CT_OK;
}

/* A `use` of something that goes becomes one of what takes its place. */
static ct_status redirect_type(cti_resolve *r, uint32_t type, const cti_map *replacements) {
  uint32_t dep = cti_type_interface_dep(r, type), latest = dep == CTI_WIT_NONE ? CTI_MAP_NONE : cti_map_get_u64(replacements, dep);
  if (latest == CTI_MAP_NONE) return CT_OK;
  cti_def *def = &r->types.defs.items[type];
  ct_slice name = r->names.items[cti_valtype_index(def->element)].name;
  uint32_t other = cti_map_get(&r->interfaces.items[latest].type_ids, name);
  if (other == CTI_MAP_NONE)
    return cti_wit_fail(r, CT_WIT_MERGE, r->names.items[type].span, "the type `%.*s` of `%.*s` is not in `%.*s`, which should take its place", CTI_S(name), CTI_S(cti_interface_id(r, dep)), CTI_S(cti_interface_id(r, latest)));
  def->element = cti_valtype_def(other);
  return CT_OK;
}

static ct_status redirect_item(cti_resolve *r, const cti_world_item *item, const cti_map *replacements) {
  if (item->kind == CTI_WORLD_TYPE) return redirect_type(r, item->type, replacements);
  for (uint32_t i = 0; item->kind == CTI_WORLD_INTERFACE && i < r->interfaces.items[item->interface].types.count; i++)
    CTI_TRY(redirect_type(r, r->interfaces.items[item->interface].types.items[i], replacements));
  return CT_OK;
}

ct_status cti_world_merge_imports(cti_resolve *r, uint32_t world, bool complete) {
  cti_wit_world *it = &r->worlds.items[world];
  cti_map replacements = {0};
  cti_world_items kept = {0};
  CTI_TRY(find_replacements(r, &it->imports, &replacements));
  if (!cti_vec_reserve(r->arena, &kept, it->imports.count)) return status_of(r);
  for (uint32_t i = 0; i < replacements.count; i++) CTI_TRY(check_replacement(r, (uint32_t)replacements.entries[i].number, replacements.entries[i].value));
  for (uint32_t i = 0; complete && i < replacements.count; i++) CTI_TRY(complete_latest(r, (uint32_t)replacements.entries[i].number, replacements.entries[i].value));
  for (uint32_t i = 0; i < it->imports.count; i++) {
    const cti_world_item *item = &it->imports.items[i];
    if (!item->name.data && cti_map_get_u64(&replacements, item->interface) != CTI_MAP_NONE) continue;
    CTI_TRY(redirect_item(r, item, &replacements));
    if (!cti_vec_push(r->arena, &kept, *item)) return status_of(r);
  }
  it->imports = kept;
  for (uint32_t i = 0; i < it->exports.count; i++) CTI_TRY(redirect_item(r, &it->exports.items[i], &replacements));
  cti_dep_cache deps = {.resolve = r, .arena = r->arena};
  for (uint32_t i = 0; i < r->worlds.count; i++) CTI_TRY(cti_elaborate_world(&deps, i));
  return CT_OK;
}

/* ---- nominal types ---- */

typedef struct nominalizer {
  cti_resolve *resolve;
  uint32_t world;
  cti_clone_maps maps;
  cti_map seen;         /* interfaces that the world has had */
  cti_map rewritten;    /* interfaces under their own name that were copied: what others use of them is used of the copy */
  cti_dep_cache deps;
} nominalizer;

/* Must the interface of an item be copied: is it there for the second time, or does it use one that was copied? */
static ct_status must_copy(nominalizer *n, const cti_world_item *item, bool *out) {
  uint32_t value = 0;
  bool fresh;
  cti_interface_deps deps;
  CTI_TRY(cti_map_add_u64(&n->seen, n->resolve->arena, item->interface, &value, &fresh));
  CTI_TRY(cti_dep_cache_get(&n->deps, item->interface, &deps));
  *out = !fresh;
  for (uint32_t i = 0; i < deps.count && !*out; i++) *out = cti_map_get_u64(&n->rewritten, deps.ids[i]) != CTI_MAP_NONE;
  return *out && !item->name.data ? cti_map_set_u64(&n->rewritten, n->resolve->arena, item->interface, 0) : CT_OK;
}

typedef struct copy_group {
  uint32_t interface;
  cti_ids named, own; /* positions of items: under a label, under its own name */
} copy_group;

typedef CTI_VEC(copy_group) copy_groups;

static ct_status add_to_group(nominalizer *n, copy_groups *groups, cti_map *group_of, const cti_world_item *item, uint32_t position) {
  cti_arena *arena = n->resolve->arena;
  uint32_t at = groups->count;
  bool added;
  CTI_TRY(cti_map_add_u64(group_of, arena, item->interface, &at, &added));
  if (added && !cti_vec_add(arena, groups)) return arena->error->status;
  copy_group *group = &groups->items[at];
  group->interface = item->interface;
  return cti_vec_push(arena, item->name.data ? &group->named : &group->own, position) ? CT_OK : arena->error->status;
}

/* Which items to copy, by interface. Items under an interface's own name come first: others can use nothing of those under a label. */
static ct_status collect_copies(nominalizer *n, const cti_world_items *items, copy_groups *groups) {
  cti_map group_of = {0};
  for (unsigned round = 0; round < 2; round++)
    for (uint32_t i = 0; i < items->count; i++) {
      const cti_world_item *item = &items->items[i];
      bool copied;
      if (item->kind != CTI_WORLD_INTERFACE || (item->name.data != NULL) != (round == 1)) continue;
      CTI_TRY(must_copy(n, item, &copied));
      if (copied) CTI_TRY(add_to_group(n, groups, &group_of, item, i));
    }
  return CT_OK;
}

static ct_status copy_item(nominalizer *n, bool exports, uint32_t position, cti_clone_maps *maps) {
  cti_resolve *r = n->resolve;
  cti_wit_world *world = &r->worlds.items[n->world];
  uint32_t interface = (exports ? &world->exports : &world->imports)->items[position].interface;
  cti_owner owner = {CTI_OWNER_WORLD, n->world};
  cti_cloner cloner = {r, maps, owner, owner, r->interfaces.items[interface].package};
  CTI_TRY(cti_clone_interface(&cloner, &interface));
  world = &r->worlds.items[n->world];
  (exports ? &world->exports : &world->imports)->items[position].interface = interface;
  return CT_OK;
}

/* A copy of the maps that can be written to without changing them. */
static ct_status copy_maps(cti_arena *arena, const cti_clone_maps *from, cti_clone_maps *to) {
  *to = (cti_clone_maps){0};
  for (uint32_t i = 0; i < from->types.count; i++) CTI_TRY(cti_map_set_u64(&to->types, arena, from->types.entries[i].number, from->types.entries[i].value));
  for (uint32_t i = 0; i < from->interfaces.count; i++) CTI_TRY(cti_map_set_u64(&to->interfaces, arena, from->interfaces.entries[i].number, from->interfaces.entries[i].value));
  return CT_OK;
}

/* What is copied for a label is used by nobody, so it leaves no trace in the maps; what is copied under its own name does. */
static ct_status nominalize_items(nominalizer *n, bool exports) {
  cti_wit_world *world = &n->resolve->worlds.items[n->world];
  copy_groups groups = {0};
  CTI_TRY(collect_copies(n, exports ? &world->exports : &world->imports, &groups));
  for (uint32_t i = 0; i < groups.count; i++) {
    for (uint32_t j = 0; j < groups.items[i].named.count; j++) {
      cti_clone_maps own;
      CTI_TRY(copy_maps(n->resolve->arena, &n->maps, &own));
      CTI_TRY(copy_item(n, exports, groups.items[i].named.items[j], &own));
    }
    for (uint32_t j = 0; j < groups.items[i].own.count; j++) CTI_TRY(copy_item(n, exports, groups.items[i].own.items[j], &n->maps));
  }
  return CT_OK;
}

ct_status cti_world_nominalize(cti_resolve *r, uint32_t world) {
  nominalizer n = {.resolve = r, .world = world, .deps = {.resolve = r, .arena = r->arena}};
  CTI_TRY(nominalize_items(&n, false));
  return nominalize_items(&n, true);
}
