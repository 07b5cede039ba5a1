/* remap.c - makes types anew under a substitution of resources and named types. Flows in: an id and the maps. Flows out: an id.
 * Invariants: a type without identity in it (no CTI_TYPE_OPEN) is never touched; within one session equal ids give equal ids. Depth of recursion is the
 * depth of types, which is limited where they are made. */
#include "component/remap.h"

void cti_remap_init(cti_remap *remap, cti_type_store *store, uint64_t offset) { *remap = (cti_remap){.store = store, .offset = offset}; }

ct_status cti_remap_resource(cti_remap *remap, uint32_t from, uint32_t to) { return cti_map_set_u64(&remap->resources, remap->store->arena, from, to); }

void cti_remap_begin(cti_remap *remap) { remap->session = ++remap->store->session; }

static bool failed(const cti_remap *r) { return r->store->error->status != CT_OK; }

ct_status cti_remap_charge(cti_remap *remap, uint32_t parts) {
  remap->store->substituted += parts;
  return cti_component_limit_check(CTI_COMPONENT_LIMIT_SUBSTITUTED, remap->store->substituted, remap->offset, remap->store->error);
}

static bool charge(cti_remap *r, uint32_t parts) { return cti_remap_charge(r, parts) == CT_OK; }

static uint32_t resource_number(const cti_remap *r, uint32_t number) {
  uint32_t to = cti_map_get_u64(&r->resources, number);
  return to == CTI_MAP_NONE ? number : to;
}

static cti_valtype remap_value(cti_remap *r, cti_valtype type) {
  return cti_valtype_is_def(type) ? cti_valtype_def(cti_remap_type(r, cti_valtype_index(type))) : type;
}

/* The members when none changes, else a copy. */
static cti_member *remap_members(cti_remap *r, const cti_member *members, uint32_t count) {
  cti_member *copy = NULL;
  for (uint32_t i = 0; i < count; i++) {
    cti_valtype type = remap_value(r, members[i].type);
    if (cti_valtype_eq(type, members[i].type)) continue;
    if (!copy) {
      copy = charge(r, count) ? CTI_NEW_N(r->store->arena, cti_member, count) : NULL;
      if (!copy) return NULL;
      memcpy(copy, members, count * sizeof *members);
    }
    copy[i].type = type;
  }
  return copy ? copy : (cti_member *)members;
}

static uint32_t remap_def(cti_remap *r, uint32_t id) {
  cti_def old = *cti_value_at(r->store, id), def = old;
  bool handle = def.kind == CTI_DEF_OWN || def.kind == CTI_DEF_BORROW;
  if (handle) def.resource = cti_remap_type(r, def.resource);
  def.element = remap_value(r, def.element);
  def.key = remap_value(r, def.key);
  def.members = remap_members(r, def.members, def.member_count);
  if (failed(r)) return UINT32_MAX;
  bool same = def.resource == old.resource && cti_valtype_eq(def.element, old.element) && cti_valtype_eq(def.key, old.key) && def.members == old.members;
  return same ? id : cti_store_value(r->store, &def, cti_type_info_of(r->store, id));
}

static uint32_t remap_func(cti_remap *r, uint32_t id) {
  const cti_func_type *old = cti_type_at(r->store, id)->of.func;
  cti_member *params = remap_members(r, old->params, old->param_count);
  cti_valtype result = remap_value(r, old->result);
  if (failed(r)) return UINT32_MAX;
  if (params == old->params && cti_valtype_eq(result, old->result)) return id;
  cti_func_type *func = CTI_NEW(r->store->arena, cti_func_type);
  if (!func) return UINT32_MAX;
  *func = (cti_func_type){old->is_async, old->param_count, params, result};
  return cti_store_func(r->store, func, cti_type_info_of(r->store, id));
}

static cti_entity remap_entity(cti_remap *r, cti_entity entity) {
  if (entity.sort == CTI_SORT_CORE_MODULE) return entity;
  if (entity.sort == CTI_SORT_VALUE) return (cti_entity){entity.sort, remap_value(r, (cti_valtype){entity.type}).word, 0};
  uint32_t type = cti_remap_type(r, entity.type);
  if (entity.sort != CTI_SORT_TYPE) return (cti_entity){entity.sort, type, 0};
  return (cti_entity){entity.sort, type, entity.created == entity.type ? type : cti_remap_type(r, entity.created)};
}

static bool same_entity(cti_entity a, cti_entity b) { return a.type == b.type && a.created == b.created; }

/* The entities when none changes, else a copy. */
static const cti_entity *remap_entities(cti_remap *r, const cti_entity *entities, uint32_t count) {
  cti_entity *copy = NULL;
  for (uint32_t i = 0; i < count; i++) {
    cti_entity entity = remap_entity(r, entities[i]);
    if (failed(r)) return NULL;
    if (same_entity(entity, entities[i])) continue;
    if (!copy) {
      copy = charge(r, count) ? CTI_NEW_N(r->store->arena, cti_entity, count) : NULL;
      if (!copy) return NULL;
      memcpy(copy, entities, count * sizeof *entities);
    }
    copy[i] = entity;
  }
  return copy ? copy : entities;
}

static uint32_t remap_instance(cti_remap *r, uint32_t id) {
  const cti_instance_type *old = cti_type_at(r->store, id)->of.instance;
  const cti_entity *exports = remap_entities(r, old->exports.entities, old->exports.names->count);
  if (failed(r)) return UINT32_MAX;
  bool changed = exports != old->exports.entities;
  for (uint32_t i = 0; i < old->resource_count; i++) changed |= resource_number(r, old->resources[i]) != old->resources[i];
  if (!changed) return id;
  cti_instance_type *instance = CTI_NEW(r->store->arena, cti_instance_type);
  uint32_t *resources = CTI_NEW_N(r->store->arena, uint32_t, old->resource_count);
  if (!instance || !resources) return UINT32_MAX;
  for (uint32_t i = 0; i < old->resource_count; i++) resources[i] = resource_number(r, old->resources[i]);
  *instance = (cti_instance_type){{old->exports.names, exports}, old->resource_count, resources};
  return cti_store_instance(r->store, instance, cti_type_info_of(r->store, id));
}

/* The paths when no resource in them changes, else a copy. */
static const cti_resource_path *remap_paths(cti_remap *r, const cti_resource_path *paths, uint32_t count) {
  bool changed = false;
  for (uint32_t i = 0; i < count; i++) changed |= resource_number(r, paths[i].resource) != paths[i].resource;
  if (!changed) return paths;
  cti_resource_path *copy = CTI_NEW_N(r->store->arena, cti_resource_path, count);
  if (!copy) return NULL;
  for (uint32_t i = 0; i < count; i++) copy[i] = (cti_resource_path){resource_number(r, paths[i].resource), paths[i].length, paths[i].steps};
  return copy;
}

static uint32_t remap_component(cti_remap *r, uint32_t id) {
  const cti_component_type *old = cti_type_at(r->store, id)->of.component;
  cti_component_type now = *old;
  now.imports.entities = remap_entities(r, old->imports.entities, old->imports.names->count);
  now.exports.entities = remap_entities(r, old->exports.entities, old->exports.names->count);
  now.imported = remap_paths(r, old->imported, old->imported_count);
  now.defined = remap_paths(r, old->defined, old->defined_count);
  if (failed(r)) return UINT32_MAX;
  bool same = now.imports.entities == old->imports.entities && now.exports.entities == old->exports.entities;
  if (same && now.imported == old->imported && now.defined == old->defined) return id;
  cti_component_type *component = CTI_NEW(r->store->arena, cti_component_type);
  if (!component) return UINT32_MAX;
  *component = now;
  return cti_store_component(r->store, component, cti_type_info_of(r->store, id));
}

static uint32_t substitute(cti_remap *r, uint32_t id) {
  const cti_type *type = cti_type_at(r->store, id);
  switch (type->kind) {
    case CTI_TYPE_VALUE: return remap_def(r, id);
    case CTI_TYPE_FUNC: return remap_func(r, id);
    case CTI_TYPE_INSTANCE: return remap_instance(r, id);
    case CTI_TYPE_COMPONENT: return remap_component(r, id);
    default: break;
  }
  uint32_t number = type->of.resource.number, to = resource_number(r, number);
  return to == number ? id : cti_store_resource(r->store, to, type->of.resource.alias);
}

uint32_t cti_remap_type(cti_remap *remap, uint32_t id) {
  if (failed(remap)) return UINT32_MAX;
  cti_type *type = cti_type_at(remap->store, id);
  if (!(type->flags & CTI_TYPE_OPEN)) return id;
  if (type->session == remap->session) return type->to;
  uint32_t to = cti_map_get_u64(&remap->types, id);
  if (to == CTI_MAP_NONE) to = charge(remap, 1) ? substitute(remap, id) : UINT32_MAX;
  if (to == UINT32_MAX) return to;
  type = cti_type_at(remap->store, id); /* it may have moved */
  type->session = remap->session;
  type->to = to;
  return to;
}

const cti_entity *cti_remap_entities(cti_remap *remap, const cti_entity *entities, uint32_t count) { return remap_entities(remap, entities, count); }
