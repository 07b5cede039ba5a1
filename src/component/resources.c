/* resources.c - which resources a type speaks of, where they come out, and the type of a finished component.
 * Flows in: a scope at its end. Flows out: a component type whose imported and defined resources are listed.
 * Invariant: a walk meets each type once, and passes by types that hold no resource.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-checking */
#include "component/scope.h"

/* ---- free resources */

typedef struct walk {
  cti_type_store *store;
  uint32_t number;
  uint32_t free; /* so many resources have the mark of the walk */
} walk;

static void walk_type(walk *w, uint32_t id);

/* One that turned out to be bound has no mark. */
static void set(walk *w, uint32_t resource, bool free) {
  cti_resource *of = &w->store->resources.items[resource];
  if (of->walk == w->number) w->free--;
  if (free) w->free++;
  of->walk = free ? w->number : 0;
}

static void bind(walk *w, const uint32_t *resources, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) set(w, resources[i], false);
}

static void walk_value(walk *w, cti_valtype type) {
  if (cti_valtype_is_def(type)) walk_type(w, cti_valtype_index(type));
}

static void walk_members(walk *w, const cti_member *members, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) walk_value(w, members[i].type);
}

static void walk_def(walk *w, const cti_def *def) {
  if (def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW) walk_type(w, def->resource);
  walk_value(w, def->element);
  walk_value(w, def->key);
  walk_members(w, def->members, def->member_count);
}

static void walk_func(walk *w, const cti_func_type *func) {
  walk_members(w, func->params, func->param_count);
  walk_value(w, func->result);
}

static void walk_entity(walk *w, const cti_entity *entity) {
  if (entity->sort == CTI_SORT_CORE_MODULE) return;
  if (entity->sort == CTI_SORT_VALUE) walk_value(w, (cti_valtype){entity->type});
  else walk_type(w, entity->sort == CTI_SORT_TYPE ? entity->created : entity->type);
}

static void walk_list(walk *w, const cti_extern_list *list) {
  for (uint32_t i = 0; i < list->names->count; i++) walk_entity(w, &list->entities[i]);
}

static void walk_instance(walk *w, const cti_instance_type *instance) {
  walk_list(w, &instance->exports);
  bind(w, instance->resources, instance->resource_count);
}

static void walk_component(walk *w, const cti_component_type *component) {
  walk_list(w, &component->imports);
  walk_list(w, &component->exports);
  bind(w, component->imported, component->imported_count);
  bind(w, component->defined, component->defined_count);
}

static void walk_type(walk *w, uint32_t id) {
  cti_type *type = cti_type_at(w->store, id);
  if (!(type->flags & CTI_TYPE_RESOURCES) || type->walk == w->number) return;
  type->walk = w->number;
  switch (type->kind) {
    case CTI_TYPE_VALUE: walk_def(w, cti_value_at(w->store, id)); break;
    case CTI_TYPE_FUNC: walk_func(w, type->of.func); break;
    case CTI_TYPE_INSTANCE: walk_instance(w, type->of.instance); break;
    case CTI_TYPE_COMPONENT: walk_component(w, type->of.component); break;
    default: set(w, type->of.resource.number, true);
  }
}

bool cti_has_free_resources(cti_type_store *store, uint32_t id) {
  walk w = {store, ++store->walk, 0};
  walk_type(&w, id);
  return w.free > 0;
}

/* The mark that the free resources of a list now have. */
static uint32_t mark_free(cti_type_store *store, const cti_extern_list *list) {
  walk w = {store, ++store->walk, 0};
  walk_list(&w, list);
  return w.number;
}

/* ---- where resources are exported */

/* Takes the mark of the walk from each resource that is exported, here or by an instance. */
static void unmark_exported(cti_type_store *store, const cti_extern_list *list, uint32_t number) {
  for (uint32_t i = 0; i < list->names->count; i++) {
    const cti_entity *entity = &list->entities[i];
    if (entity->sort != CTI_SORT_TYPE && entity->sort != CTI_SORT_INSTANCE) continue;
    cti_type *type = cti_type_at(store, entity->sort == CTI_SORT_TYPE ? entity->created : entity->type);
    if (type->kind == CTI_TYPE_RESOURCE && store->resources.items[type->of.resource.number].walk == number) store->resources.items[type->of.resource.number].walk = 0;
    if (entity->sort == CTI_SORT_TYPE || !(type->flags & CTI_TYPE_RESOURCES) || type->walk == number) continue;
    type->walk = number;
    unmark_exported(store, &type->of.instance->exports, number);
  }
}

/* ---- finishing */

/* What the component defines must not come in: an import that speaks of it could never be given. */
static ct_status check_imports(cti_component_validator *v, const cti_scope *scope, const cti_extern_list *imports, uint64_t offset) {
  if (scope->defined.count == 0) return CT_OK;
  uint32_t free = mark_free(&v->store, imports);
  for (uint32_t i = 0; i < scope->defined.count; i++) {
    if (v->store.resources.items[scope->defined.items[i]].walk == free)
      return cti_fail(v->error, CT_COMP_RESOURCE, offset,
                      "an import speaks of a resource that is local to this component: local resource types must not be found in imports");
  }
  return CT_OK;
}

/* Of the resources that it defines, those that its exports speak of; each must be exported itself. */
static ct_status exported_resources(cti_component_type *out, cti_component_validator *v, cti_scope *scope, uint64_t offset) {
  if (scope->defined.count == 0) return CT_OK;
  uint32_t free = mark_free(&v->store, &out->exports), number = ++v->store.walk, count = 0;
  for (uint32_t i = 0; i < scope->defined.count; i++) {
    uint32_t resource = scope->defined.items[i];
    if (v->store.resources.items[resource].walk != free) continue;
    v->store.resources.items[resource].walk = number;
    scope->defined.items[count++] = resource;
  }
  uint32_t *resources = cti_alloc_raw(v->arena, count, sizeof *resources);
  if (!resources) return CT_NOMEM;
  if (count) memcpy(resources, scope->defined.items, count * sizeof *resources);
  if (count) unmark_exported(&v->store, &out->exports, number);
  for (uint32_t i = 0; i < count; i++) {
    if (v->store.resources.items[resources[i]].walk == number)
      return cti_fail(v->error, CT_COMP_RESOURCE, offset, "an export speaks of a resource that is local to this component and is not exported itself");
  }
  out->defined = resources;
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
