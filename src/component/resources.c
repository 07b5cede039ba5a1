/* resources.c - which resources a type speaks of, where they come out, and the type of a finished component.
 * Flows in: a scope at its end. Flows out: a component type whose imported and defined resources are listed with the paths to them.
 * Invariant: a walk meets each type once, and passes by types that hold no resource.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-checking */
#include "component/scope.h"

/* ---- free resources */

typedef struct walk {
  cti_component_validator *v;
  cti_map *out; /* number -> 1, or 0 for one that turned out to be bound */
  uint32_t number;
} walk;

static ct_status walk_type(walk *w, uint32_t id);

static ct_status set(walk *w, uint32_t resource, bool free) { return cti_map_set_u64(w->out, w->v->arena, resource, free ? 1 : 0); }

static ct_status walk_value(walk *w, cti_valtype type) { return cti_valtype_is_def(type) ? walk_type(w, cti_valtype_index(type)) : CT_OK; }

static ct_status walk_def(walk *w, const cti_def *def) {
  if (def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW) return walk_type(w, def->resource);
  CTI_TRY(walk_value(w, def->element));
  CTI_TRY(walk_value(w, def->key));
  for (uint32_t i = 0; i < def->member_count; i++) CTI_TRY(walk_value(w, def->members[i].type));
  return CT_OK;
}

static ct_status walk_func(walk *w, const cti_func_type *func) {
  for (uint32_t i = 0; i < func->param_count; i++) CTI_TRY(walk_value(w, func->params[i].type));
  return walk_value(w, func->result);
}

static ct_status walk_entity(walk *w, const cti_entity *entity) {
  if (entity->sort == CTI_SORT_CORE_MODULE) return CT_OK;
  if (entity->sort == CTI_SORT_VALUE) return walk_value(w, (cti_valtype){entity->type});
  return walk_type(w, entity->sort == CTI_SORT_TYPE ? entity->created : entity->type);
}

static ct_status walk_list(walk *w, const cti_extern_list *list) {
  for (uint32_t i = 0; i < list->names->count; i++) CTI_TRY(walk_entity(w, &list->entities[i]));
  return CT_OK;
}

static ct_status walk_instance(walk *w, const cti_instance_type *instance) {
  CTI_TRY(walk_list(w, &instance->exports));
  for (uint32_t i = 0; i < instance->resource_count; i++) CTI_TRY(set(w, instance->resources[i], false));
  return CT_OK;
}

static ct_status walk_component(walk *w, const cti_component_type *component) {
  CTI_TRY(walk_list(w, &component->imports));
  CTI_TRY(walk_list(w, &component->exports));
  for (uint32_t i = 0; i < component->imported_count; i++) CTI_TRY(set(w, component->imported[i].resource, false));
  for (uint32_t i = 0; i < component->defined_count; i++) CTI_TRY(set(w, component->defined[i].resource, false));
  return CT_OK;
}

static ct_status walk_type(walk *w, uint32_t id) {
  cti_type *type = cti_type_at(&w->v->store, id);
  if (!(type->flags & CTI_TYPE_RESOURCES) || type->walk == w->number) return CT_OK;
  type->walk = w->number;
  switch (type->kind) {
    case CTI_TYPE_VALUE: return walk_def(w, cti_value_at(&w->v->store, id));
    case CTI_TYPE_FUNC: return walk_func(w, type->of.func);
    case CTI_TYPE_INSTANCE: return walk_instance(w, type->of.instance);
    case CTI_TYPE_COMPONENT: return walk_component(w, type->of.component);
    default: return set(w, type->of.resource.number, true);
  }
}

ct_status cti_free_resources(cti_map *out, cti_component_validator *v, uint32_t id) {
  walk w = {v, out, ++v->store.walk};
  return walk_type(&w, id);
}

static ct_status free_of_list(cti_map *out, cti_component_validator *v, const cti_extern_list *list) {
  walk w = {v, out, ++v->store.walk};
  return walk_list(&w, list);
}

/* ---- where resources are exported */

typedef struct search {
  cti_component_validator *v;
  cti_map *wanted; /* number -> index into out, or NONE once it was found */
  cti_resource_path *out;
  uint32_t left, number;
  CTI_VEC(uint32_t) steps;
} search;

static ct_status found(search *s, uint32_t resource, uint32_t index) {
  uint32_t *steps = CTI_NEW_N(s->v->arena, uint32_t, s->steps.count);
  if (!steps) return CT_NOMEM;
  memcpy(steps, s->steps.items, s->steps.count * sizeof *steps);
  s->out[index] = (cti_resource_path){resource, s->steps.count, steps};
  s->left--;
  return cti_map_set_u64(s->wanted, s->v->arena, resource, CTI_MAP_NONE);
}

static ct_status search_list(search *s, const cti_extern_list *list);

static ct_status search_entity(search *s, const cti_entity *entity) {
  if (entity->sort != CTI_SORT_TYPE && entity->sort != CTI_SORT_INSTANCE) return CT_OK;
  cti_type *type = cti_type_at(&s->v->store, entity->sort == CTI_SORT_TYPE ? entity->created : entity->type);
  if (entity->sort == CTI_SORT_INSTANCE) {
    if (!(type->flags & CTI_TYPE_RESOURCES) || type->walk == s->number) return CT_OK;
    type->walk = s->number;
    return search_list(s, &type->of.instance->exports);
  }
  if (type->kind != CTI_TYPE_RESOURCE) return CT_OK;
  uint32_t resource = type->of.resource.number, index = cti_map_get_u64(s->wanted, resource);
  return index == CTI_MAP_NONE ? CT_OK : found(s, resource, index);
}

static ct_status search_list(search *s, const cti_extern_list *list) {
  for (uint32_t i = 0; i < list->names->count && s->left; i++) {
    if (!cti_vec_push(s->v->arena, &s->steps, i)) return CT_NOMEM;
    CTI_TRY(search_entity(s, &list->entities[i]));
    s->steps.count--;
  }
  return CT_OK;
}

ct_status cti_find_resources(cti_map *wanted, cti_component_validator *v, const cti_extern_list *exports, const uint32_t *resources, uint32_t count,
                             cti_resource_path *out) {
  search s = {.v = v, .wanted = wanted, .out = out, .left = count, .number = ++v->store.walk};
  for (uint32_t i = 0; i < count; i++) CTI_TRY(cti_map_set_u64(wanted, v->arena, resources[i], i));
  return count ? search_list(&s, exports) : CT_OK;
}

/* ---- finishing */

/* What the component defines must not come in: an import that speaks of it could never be given. */
static ct_status check_imports(cti_component_validator *v, const cti_scope *scope, const cti_extern_list *imports, uint64_t offset) {
  cti_map free = {0};
  if (scope->defined.count == 0) return CT_OK;
  CTI_TRY(free_of_list(&free, v, imports));
  for (uint32_t i = 0; i < scope->defined.count; i++) {
    if (cti_map_get_u64(&free, scope->defined.items[i]) == 1)
      return cti_fail(v->error, CT_COMP_RESOURCE, offset,
                      "an import speaks of a resource that is local to this component: local resource types must not be found in imports");
  }
  return CT_OK;
}

/* Of the resources that it defines, those that its exports speak of; each must be exported itself. */
static ct_status exported_resources(cti_component_type *out, cti_component_validator *v, const cti_scope *scope, uint64_t offset) {
  cti_map free = {0}, wanted = {0};
  if (scope->defined.count == 0) return CT_OK;
  CTI_TRY(free_of_list(&free, v, &out->exports));
  uint32_t *resources = CTI_NEW_N(v->arena, uint32_t, scope->defined.count);
  cti_resource_path *paths = CTI_NEW_N(v->arena, cti_resource_path, scope->defined.count);
  if (!resources || !paths) return CT_NOMEM;
  uint32_t count = 0;
  for (uint32_t i = 0; i < scope->defined.count; i++)
    if (cti_map_get_u64(&free, scope->defined.items[i]) == 1) resources[count++] = scope->defined.items[i];
  CTI_TRY(cti_find_resources(&wanted, v, &out->exports, resources, count, paths));
  for (uint32_t i = 0; i < count; i++) {
    if (!paths[i].steps)
      return cti_fail(v->error, CT_COMP_RESOURCE, offset, "an export speaks of a resource that is local to this component and is not exported itself");
  }
  out->defined = paths;
  out->defined_count = count;
  return CT_OK;
}

/* Instances of the component have its exports: what they are together is known once and for all. */
static ct_status sum_exports(cti_component_type *type, cti_component_validator *v, uint64_t offset) {
  type->exports_info = CTI_TYPE_INFO_NEW;
  for (uint32_t i = 0; i < type->exports.names->count; i++)
    CTI_TRY(cti_type_info_add(&type->exports_info, cti_type_info_of_entity(&v->store, &type->exports.entities[i]), offset, v->error));
  return CT_OK;
}

ct_status cti_finish_component(uint32_t *out, cti_component_validator *v, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  cti_component_type *type = CTI_NEW(v->arena, cti_component_type);
  if (!type) return CT_NOMEM;
  CTI_TRY(cti_externs_finish(&type->imports, v, &scope->imports));
  CTI_TRY(cti_externs_finish(&type->exports, v, &scope->exports));
  type->imported = scope->imported.items;
  type->imported_count = scope->imported.count;
  CTI_TRY(sum_exports(type, v, offset));
  CTI_TRY(check_imports(v, scope, &type->imports, offset));
  CTI_TRY(exported_resources(type, v, scope, offset));
  *out = cti_store_component(&v->store, type, scope->info);
  return v->error->status;
}
