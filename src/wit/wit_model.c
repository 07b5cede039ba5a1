/* wit_model.c - building and naming of resolved entities: every id is given out here, and the maps by name are kept beside the lists here. */
#include "wit/wit_model.h"

void cti_resolve_init(cti_resolve *resolve, cti_arena *arena) { *resolve = (cti_resolve){.arena = arena}; }

/* ---- definitions and what they refer to ---- */

uint32_t cti_def_child_count(const cti_def *def) {
  switch (def->kind) {
  case CTI_DEF_RECORD:
  case CTI_DEF_VARIANT:
  case CTI_DEF_TUPLE: return def->member_count;
  case CTI_DEF_ALIAS:
  case CTI_DEF_LIST:
  case CTI_DEF_FIXED_LIST:
  case CTI_DEF_OPTION:
  case CTI_DEF_STREAM:
  case CTI_DEF_FUTURE:
  case CTI_DEF_OWN:
  case CTI_DEF_BORROW: return 1;
  case CTI_DEF_MAP:
  case CTI_DEF_RESULT: return 2;
  default: return 0;
  }
}

static bool is_handle(const cti_def *def) { return def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW; }

/* The slot of a child that is kept as a type; handles keep an index instead. A map's key comes first, a result's ok. */
static cti_valtype *child_slot(const cti_def *def, uint32_t at) {
  cti_def *d = (cti_def *)(uintptr_t)def;
  if (def->kind == CTI_DEF_RECORD || def->kind == CTI_DEF_VARIANT || def->kind == CTI_DEF_TUPLE) return &d->members[at].type;
  bool key = def->kind == CTI_DEF_MAP ? at == 0 : at == 1;
  return key ? &d->key : &d->element;
}

cti_valtype cti_def_child(const cti_def *def, uint32_t at) {
  return is_handle(def) ? cti_valtype_def(def->resource) : *child_slot(def, at);
}

void cti_def_set_child(cti_def *def, uint32_t at, cti_valtype type) {
  if (is_handle(def)) def->resource = cti_valtype_index(type);
  else *child_slot(def, at) = type;
}

uint32_t cti_resolve_add_type(cti_resolve *resolve, const cti_def *def, const cti_wit_type *names) {
  uint32_t id = resolve->names.count;
  if (!cti_vec_push(resolve->arena, &resolve->types.defs, *def) || !cti_vec_push(resolve->arena, &resolve->names, *names)) return CTI_WIT_NONE;
  cti_wit_type *added = cti_vec_last(&resolve->names);
  added->is_resource = def->kind == CTI_DEF_RESOURCE;
  added->has_borrow = def->kind == CTI_DEF_BORROW;
  for (uint32_t i = 0, count = is_handle(def) ? 0 : cti_def_child_count(def); i < count; i++) {
    cti_valtype child = cti_def_child(def, i);
    if (!cti_valtype_is_def(child) || cti_valtype_index(child) >= id) continue;
    const cti_wit_type *inner = &resolve->names.items[cti_valtype_index(child)];
    added->has_borrow = added->has_borrow || inner->has_borrow;
    if (def->kind == CTI_DEF_ALIAS) added->is_resource = inner->is_resource;
  }
  return id;
}

uint32_t cti_type_interface_dep(const cti_resolve *resolve, uint32_t type) {
  const cti_def *def = &resolve->types.defs.items[type];
  if (def->kind != CTI_DEF_ALIAS || !cti_valtype_is_def(def->element)) return CTI_WIT_NONE;
  cti_owner mine = resolve->names.items[type].owner, other = resolve->names.items[cti_valtype_index(def->element)].owner;
  if (other.kind != CTI_OWNER_INTERFACE || (mine.kind == other.kind && mine.id == other.id)) return CTI_WIT_NONE;
  return other.id;
}

/* ---- interfaces, worlds, packages ---- */

uint32_t cti_resolve_add_interface(cti_resolve *resolve, const cti_wit_interface *interface) {
  return cti_vec_push(resolve->arena, &resolve->interfaces, *interface) ? resolve->interfaces.count - 1 : CTI_WIT_NONE;
}

uint32_t cti_resolve_add_world(cti_resolve *resolve, const cti_wit_world *world) {
  return cti_vec_push(resolve->arena, &resolve->worlds, *world) ? resolve->worlds.count - 1 : CTI_WIT_NONE;
}

uint32_t cti_resolve_add_package(cti_resolve *resolve, const cti_wit_package *package) {
  uint32_t id = resolve->packages.count;
  if (!cti_vec_push(resolve->arena, &resolve->packages, *package)) return CTI_WIT_NONE;
  ct_slice name = cti_package_name_text(resolve->arena, &package->name);
  return name.data && cti_map_set(&resolve->package_ids, resolve->arena, name, id) == CT_OK ? id : CTI_WIT_NONE;
}

ct_status cti_interface_add_type(cti_resolve *resolve, uint32_t interface, uint32_t type) {
  cti_wit_interface *owner = &resolve->interfaces.items[interface];
  if (!cti_vec_push(resolve->arena, &owner->types, type)) return resolve->arena->error->status;
  return cti_map_set(&owner->type_ids, resolve->arena, resolve->names.items[type].name, type);
}

ct_status cti_interface_add_func(cti_resolve *resolve, uint32_t interface, const cti_wit_func *func) {
  cti_wit_interface *owner = &resolve->interfaces.items[interface];
  if (!cti_vec_push(resolve->arena, &owner->funcs, *func)) return resolve->arena->error->status;
  return cti_map_set(&owner->func_slots, resolve->arena, func->name, owner->funcs.count - 1);
}

ct_status cti_package_add_interface(cti_resolve *resolve, uint32_t package, uint32_t interface) {
  cti_wit_package *owner = &resolve->packages.items[package];
  if (!cti_vec_push(resolve->arena, &owner->interfaces, interface)) return resolve->arena->error->status;
  return cti_map_set(&owner->interface_ids, resolve->arena, resolve->interfaces.items[interface].name, interface);
}

ct_status cti_package_add_world(cti_resolve *resolve, uint32_t package, uint32_t world) {
  cti_wit_package *owner = &resolve->packages.items[package];
  if (!cti_vec_push(resolve->arena, &owner->worlds, world)) return resolve->arena->error->status;
  return cti_map_set(&owner->world_ids, resolve->arena, resolve->worlds.items[world].name, world);
}

uint32_t cti_resolve_find_package(const cti_resolve *resolve, const cti_package_name *name) {
  ct_slice text = cti_package_name_text(resolve->arena, name);
  return text.data ? cti_map_get(&resolve->package_ids, text) : CTI_WIT_NONE;
}

/* ---- names ---- */

static uint8_t *put_part(uint8_t *at, const char *mark, ct_slice part) {
  for (; part.size && *mark; mark++) *at++ = (uint8_t)*mark;
  if (part.size) memcpy(at, part.data, part.size);
  return at + part.size;
}

/* "ns:name/item@version"; item may be empty. By hand, as these are made often. */
static ct_slice id_text(cti_arena *arena, const cti_package_name *name, ct_slice item) {
  ct_slice version = {0};
  if (name->version.present) {
    version = cti_semver_text(arena, &name->version);
    if (!version.data) return version;
  }
  uint8_t *text = cti_alloc(arena, name->ns.size + name->name.size + item.size + version.size + 3), *end = text;
  if (!text) return (ct_slice){0};
  end = put_part(end, "", name->ns);
  end = put_part(end, ":", name->name);
  end = put_part(end, "/", item);
  end = put_part(end, "@", version);
  return cti_slice(text, (size_t)(end - text));
}

ct_slice cti_package_name_text(cti_arena *arena, const cti_package_name *name) { return id_text(arena, name, (ct_slice){0}); }

ct_slice cti_package_id(const cti_resolve *resolve, uint32_t package) {
  return id_text(resolve->arena, &resolve->packages.items[package].name, (ct_slice){0});
}

ct_slice cti_interface_id(const cti_resolve *resolve, uint32_t interface) {
  const cti_wit_interface *it = &resolve->interfaces.items[interface];
  if (it->name.size == 0) return (ct_slice){0};
  return it->package == CTI_WIT_NONE ? it->name : id_text(resolve->arena, &resolve->packages.items[it->package].name, it->name);
}

ct_slice cti_world_id(const cti_resolve *resolve, uint32_t world) {
  const cti_wit_world *it = &resolve->worlds.items[world];
  return it->package == CTI_WIT_NONE ? it->name : id_text(resolve->arena, &resolve->packages.items[it->package].name, it->name);
}

ct_slice cti_world_item_name(const cti_resolve *resolve, const cti_world_item *item) {
  return item->name.data ? item->name : cti_interface_id(resolve, item->interface);
}

const cti_stability *cti_world_item_stability(const cti_resolve *resolve, const cti_world_item *item) {
  switch (item->kind) {
  case CTI_WORLD_FUNC: return &item->func.stability;
  case CTI_WORLD_TYPE: return &resolve->names.items[item->type].stability;
  default: return &item->stability;
  }
}

bool cti_world_item_implements(const cti_resolve *resolve, const cti_world_item *item) {
  return item->name.data && item->kind == CTI_WORLD_INTERFACE && resolve->interfaces.items[item->interface].name.data;
}

ct_slice cti_func_item_name(const cti_wit_func *func) {
  if (func->kind == CTI_FUNC_CONSTRUCTOR) return CTI_LIT("constructor");
  size_t start = 0;
  if (func->kind != CTI_FUNC_FREE) start = cti_slice_find(func->name, '.', 0) + 1;
  else if (func->accessor != CTI_ACCESSOR_NONE) start = cti_slice_find(func->name, ']', 0) + 1;
  return cti_slice_cut(func->name, start, func->name.size);
}

bool cti_stability_eq(const cti_stability *a, const cti_stability *b) {
  if (a->kind != b->kind) return false;
  return a->gate == b->gate || (cti_slice_eq(a->gate->feature, b->gate->feature) && cti_semver_cmp(&a->gate->since, &b->gate->since) == 0 &&
                                cti_semver_cmp(&a->gate->deprecated, &b->gate->deprecated) == 0);
}
