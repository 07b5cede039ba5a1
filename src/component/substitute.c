/* substitute.c - makes types anew under a substitution of resources and named types. Flows in: an id, and what was said of others. Flows out: an id.
 * Invariants: a type without identity in it (no CTI_TYPE_OPEN) is never touched; within one session equal ids give equal ids. Depth of recursion is the
 * depth of types, which is limited where they are made. */
#include "component/substitute.h"

void cti_substitution_begin(cti_substitution *substitution, cti_type_store *store, uint64_t offset) {
  *substitution = (cti_substitution){.store = store, .offset = offset, .session = ++store->session};
}

void cti_substitution_resource(cti_substitution *substitution, uint32_t from, uint32_t to) {
  cti_resource *resource = &substitution->store->resources.items[from];
  resource->session = substitution->session;
  resource->to = to;
}

void cti_substitution_type(cti_substitution *substitution, uint32_t from, uint32_t to) {
  cti_type *type = cti_type_at(substitution->store, from);
  type->session = substitution->session;
  type->to = to;
}

static bool failed(const cti_substitution *s) { return s->store->error->status != CT_OK; }

ct_status cti_substitution_charge(cti_substitution *substitution, uint32_t parts) {
  substitution->store->substituted += parts;
  return cti_component_limit_check(CTI_COMPONENT_LIMIT_SUBSTITUTED, substitution->store->substituted, substitution->offset, substitution->store->error);
}

static bool charge(cti_substitution *s, uint32_t parts) { return cti_substitution_charge(s, parts) == CT_OK; }

static uint32_t resource_number(const cti_substitution *s, uint32_t number) {
  const cti_resource *resource = &s->store->resources.items[number];
  return resource->session == s->session ? resource->to : number;
}

static cti_valtype substitute_value(cti_substitution *s, cti_valtype type) {
  return cti_valtype_is_def(type) ? cti_valtype_def(cti_substitute_type(s, cti_valtype_index(type))) : type;
}

/* The members when none changes, else a copy. */
static cti_member *substitute_members(cti_substitution *s, const cti_member *members, uint32_t count) {
  cti_member *copy = NULL;
  for (uint32_t i = 0; i < count; i++) {
    cti_valtype type = substitute_value(s, members[i].type);
    if (cti_valtype_eq(type, members[i].type)) continue;
    if (!copy) {
      copy = charge(s, count) ? CTI_NEW_N(s->store->arena, cti_member, count) : NULL;
      if (!copy) return NULL;
      memcpy(copy, members, count * sizeof *members);
    }
    copy[i].type = type;
  }
  return copy ? copy : (cti_member *)members;
}

static uint32_t substitute_def(cti_substitution *s, uint32_t id) {
  cti_def old = *cti_value_at(s->store, id), def = old;
  bool handle = def.kind == CTI_DEF_OWN || def.kind == CTI_DEF_BORROW;
  if (handle) def.resource = cti_substitute_type(s, def.resource);
  def.element = substitute_value(s, def.element);
  def.key = substitute_value(s, def.key);
  def.members = substitute_members(s, def.members, def.member_count);
  if (failed(s)) return UINT32_MAX;
  bool same = def.resource == old.resource && cti_valtype_eq(def.element, old.element) && cti_valtype_eq(def.key, old.key) && def.members == old.members;
  return same ? id : cti_store_value(s->store, &def, cti_type_info_of(s->store, id));
}

static uint32_t substitute_func(cti_substitution *s, uint32_t id) {
  const cti_func_type *old = cti_type_at(s->store, id)->of.func;
  cti_member *params = substitute_members(s, old->params, old->param_count);
  cti_valtype result = substitute_value(s, old->result);
  if (failed(s)) return UINT32_MAX;
  if (params == old->params && cti_valtype_eq(result, old->result)) return id;
  cti_func_type *func = CTI_NEW(s->store->arena, cti_func_type);
  if (!func) return UINT32_MAX;
  *func = (cti_func_type){old->is_async, old->param_count, params, result};
  return cti_store_func(s->store, func, cti_type_info_of(s->store, id));
}

static cti_entity substitute_entity(cti_substitution *s, cti_entity entity) {
  if (entity.sort == CTI_SORT_CORE_MODULE) return entity;
  if (entity.sort == CTI_SORT_VALUE) return (cti_entity){entity.sort, substitute_value(s, (cti_valtype){entity.type}).word, 0};
  uint32_t type = cti_substitute_type(s, entity.type);
  if (entity.sort != CTI_SORT_TYPE) return (cti_entity){entity.sort, type, 0};
  return (cti_entity){entity.sort, type, entity.created == entity.type ? type : cti_substitute_type(s, entity.created)};
}

static bool same_entity(cti_entity a, cti_entity b) { return a.type == b.type && a.created == b.created; }

/* The entities when none changes, else a copy. */
const cti_entity *cti_substitute_entities(cti_substitution *substitution, const cti_entity *entities, uint32_t count) {
  cti_entity *copy = NULL;
  for (uint32_t i = 0; i < count; i++) {
    cti_entity entity = substitute_entity(substitution, entities[i]);
    if (failed(substitution)) return NULL;
    if (same_entity(entity, entities[i])) continue;
    if (!copy) {
      copy = charge(substitution, count) ? CTI_NEW_N(substitution->store->arena, cti_entity, count) : NULL;
      if (!copy) return NULL;
      memcpy(copy, entities, count * sizeof *entities);
    }
    copy[i] = entity;
  }
  return copy ? copy : entities;
}

/* The numbers when none changes, else a copy. */
static const uint32_t *substitute_numbers(cti_substitution *s, const uint32_t *numbers, uint32_t count) {
  bool changed = false;
  for (uint32_t i = 0; i < count; i++) changed |= resource_number(s, numbers[i]) != numbers[i];
  if (!changed) return numbers;
  uint32_t *copy = cti_alloc_raw(s->store->arena, count, sizeof *copy);
  for (uint32_t i = 0; copy && i < count; i++) copy[i] = resource_number(s, numbers[i]);
  return copy;
}

static uint32_t substitute_instance(cti_substitution *s, uint32_t id) {
  const cti_instance_type *old = cti_type_at(s->store, id)->of.instance;
  const cti_entity *exports = cti_substitute_entities(s, old->exports.entities, old->exports.names->count);
  const uint32_t *resources = substitute_numbers(s, old->resources, old->resource_count);
  if (failed(s)) return UINT32_MAX;
  if (exports == old->exports.entities && resources == old->resources) return id;
  cti_instance_type *instance = CTI_NEW(s->store->arena, cti_instance_type);
  if (!instance) return UINT32_MAX;
  *instance = (cti_instance_type){{old->exports.names, exports}, old->resource_count, resources};
  return cti_store_instance(s->store, instance, cti_type_info_of(s->store, id));
}

static uint32_t substitute_component(cti_substitution *s, uint32_t id) {
  const cti_component_type *old = cti_type_at(s->store, id)->of.component;
  cti_component_type now = *old;
  now.imports.entities = cti_substitute_entities(s, old->imports.entities, old->imports.names->count);
  now.exports.entities = cti_substitute_entities(s, old->exports.entities, old->exports.names->count);
  now.imported = substitute_numbers(s, old->imported, old->imported_count);
  now.defined = substitute_numbers(s, old->defined, old->defined_count);
  if (failed(s)) return UINT32_MAX;
  bool same = now.imports.entities == old->imports.entities && now.exports.entities == old->exports.entities;
  if (same && now.imported == old->imported && now.defined == old->defined) return id;
  cti_component_type *component = CTI_NEW(s->store->arena, cti_component_type);
  if (!component) return UINT32_MAX;
  *component = now;
  return cti_store_component(s->store, component, cti_type_info_of(s->store, id));
}

static uint32_t substitute_kind(cti_substitution *s, uint32_t id) {
  const cti_type *type = cti_type_at(s->store, id);
  switch (type->kind) {
    case CTI_TYPE_VALUE: return substitute_def(s, id);
    case CTI_TYPE_FUNC: return substitute_func(s, id);
    case CTI_TYPE_INSTANCE: return substitute_instance(s, id);
    case CTI_TYPE_COMPONENT: return substitute_component(s, id);
    default: break;
  }
  uint32_t number = type->of.resource.number, to = resource_number(s, number);
  return to == number ? id : cti_store_resource(s->store, to, type->of.resource.alias);
}

uint32_t cti_substitute_type(cti_substitution *substitution, uint32_t id) {
  if (failed(substitution)) return UINT32_MAX;
  const cti_type *type = cti_type_at(substitution->store, id);
  if (!(type->flags & CTI_TYPE_OPEN)) return id;
  if (type->session == substitution->session) return type->to;
  uint32_t to = charge(substitution, 1) ? substitute_kind(substitution, id) : UINT32_MAX;
  if (to != UINT32_MAX) cti_substitution_type(substitution, id, to);
  return to;
}
