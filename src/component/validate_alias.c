/* validate_alias.c - aliases of exports and of what lies in the scopes around. Flows in: an alias. Flows out: an entry in the index space of its sort.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#alias-definitions */
#include "component/scope.h"

/* ---- exports of core instances */

static ct_status push_core(cti_component_validator *v, const cti_extern_type *type, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  cti_arena *arena = v->arena;
  uint64_t count = 0;
  bool pushed = false;
  switch (type->kind) {
    case CTI_EXTERN_FUNC:
      CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_FUNCTIONS, (uint64_t)scope->funcs.count + scope->core_funcs.count + 1, offset, v->error));
      return cti_vec_push(arena, &scope->core_funcs, type->type) ? CT_OK : CT_NOMEM;
    case CTI_EXTERN_TABLE: pushed = cti_vec_push(arena, &scope->core_tables, type->of.table), count = scope->core_tables.count; break;
    case CTI_EXTERN_MEMORY: pushed = cti_vec_push(arena, &scope->core_memories, type->of.memory), count = scope->core_memories.count; break;
    case CTI_EXTERN_GLOBAL: pushed = cti_vec_push(arena, &scope->core_globals, type->of.global), count = scope->core_globals.count; break;
    case CTI_EXTERN_TAG:
      CTI_TRY(cti_require(v, CTI_FEATURE_EXCEPTIONS, offset, "a tag"));
      pushed = cti_vec_push(arena, &scope->core_tags, type->type), count = scope->core_tags.count;
      break;
    case CTI_EXTERN_KINDS: break;
  }
  return pushed ? cti_component_limit_check(CTI_COMPONENT_LIMIT_CORE_ITEMS, count, offset, v->error) : CT_NOMEM;
}

static ct_status alias_core_export(cti_component_validator *v, const cti_alias *alias, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  if (!cti_sorts[alias->sort].is_core || alias->sort > CTI_SORT_CORE_TAG)
    return cti_invalid(v, offset, "a core instance does not export items of the sort %s", cti_sorts[alias->sort].name);
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_CORE_INSTANCE, alias->instance, offset));
  const cti_core_exports *exports = v->store.core_instances.items[scope->core_instances.items[alias->instance]];
  uint32_t index = cti_map_get(&exports->by_name, alias->name);
  if (index == CTI_MAP_NONE) return cti_invalid(v, offset, "core instance %u has no export named `%.*s`", alias->instance, CTI_S(alias->name));
  const cti_extern_type *type = &exports->items[index].type;
  if (type->kind != (cti_extern_kind)(alias->sort - CTI_SORT_CORE_FUNC)) {
    return cti_fail(v->error, CT_COMP_TYPE, offset, "export `%.*s` of core instance %u is not a %s: it is a %s", CTI_S(alias->name), alias->instance,
                    cti_sorts[alias->sort].name, cti_sorts[CTI_SORT_CORE_FUNC + type->kind].name);
  }
  return push_core(v, type, offset);
}

/* ---- exports of instances */

static ct_status alias_export(cti_component_validator *v, const cti_alias *alias, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  if (alias->sort == CTI_SORT_VALUE) CTI_TRY(cti_require(v, CTI_FEATURE_CM_VALUES, offset, "a value"));
  if (cti_sorts[alias->sort].is_core && alias->sort != CTI_SORT_CORE_MODULE)
    return cti_invalid(v, offset, "an instance does not export items of the sort %s", cti_sorts[alias->sort].name);
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_INSTANCE, alias->instance, offset));
  const cti_extern_list *exports = &cti_type_at(&v->store, scope->instances.items[alias->instance])->of.instance->exports;
  uint32_t index = cti_extern_find(exports, alias->name);
  if (index == CTI_MAP_NONE) return cti_invalid(v, offset, "instance %u has no export named `%.*s`", alias->instance, CTI_S(alias->name));
  cti_entity entity = exports->entities[index];
  if (entity.sort != alias->sort) {
    return cti_fail(v->error, CT_COMP_TYPE, offset, "export `%.*s` of instance %u is not %s%s: it is %s%s", CTI_S(alias->name), alias->instance,
                    cti_article(cti_sorts[alias->sort].name), cti_sorts[alias->sort].name, cti_article(cti_entity_describe(&entity)),
                    cti_entity_describe(&entity));
  }
  return cti_add_entity(v, &entity, offset);
}

/* ---- outer scopes */

/* A type that crosses the border of a component must not speak of resources: those of another component are not known in it. The walk over the type is
 * paid for by the component that it goes into. */
static ct_status check_border(cti_component_validator *v, const cti_alias *alias, uint32_t id, uint64_t offset) {
  if (alias->instance == 0) return CT_OK;
  cti_scope *inner = v->scopes.items[v->scopes.count - alias->instance];
  if (inner->kind != CTI_SCOPE_COMPONENT) return CT_OK;
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPE_SIZE, (uint64_t)inner->outer_alias_size + cti_type_at(&v->store, id)->size, offset, v->error));
  inner->outer_alias_size += cti_type_at(&v->store, id)->size;
  if (!cti_has_free_resources(&v->store, id)) return CT_OK;
  return cti_fail(v->error, CT_COMP_RESOURCE, offset, "cannot alias an outer type that speaks of resources which are not defined in this component");
}

static ct_status alias_outer_type(cti_component_validator *v, const cti_alias *alias, const cti_scope *from, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  uint64_t count = (uint64_t)scope->types.count + scope->core_types.count + 1;
  if (alias->sort == CTI_SORT_CORE_TYPE) {
    uint32_t module = from->core_type_modules.items[alias->index];
    CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPES, count, offset, v->error));
    if (!cti_vec_push(v->arena, &scope->core_types, from->core_types.items[alias->index])) return CT_NOMEM;
    return cti_vec_push(v->arena, &scope->core_type_modules, module) ? CT_OK : CT_NOMEM;
  }
  uint32_t id = from->types.items[alias->index];
  CTI_TRY(check_border(v, alias, id, offset));
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPES, count, offset, v->error));
  return cti_vec_push(v->arena, &scope->types, id) ? CT_OK : CT_NOMEM;
}

static ct_status alias_outer(cti_component_validator *v, const cti_alias *alias, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  if (alias->instance >= v->scopes.count)
    return cti_fail(v->error, CT_COMP_INDEX, offset, "invalid outer alias count of %u: there are %u scopes here", alias->instance, v->scopes.count);
  const cti_scope *from = v->scopes.items[v->scopes.count - 1 - alias->instance];
  CTI_TRY(cti_scope_check(v, from, alias->sort, alias->index, offset));
  switch (alias->sort) {
    case CTI_SORT_CORE_TYPE:
    case CTI_SORT_TYPE: return alias_outer_type(v, alias, from, offset);
    case CTI_SORT_CORE_MODULE:
      CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_MODULES, (uint64_t)scope->core_modules.count + 1, offset, v->error));
      return cti_vec_push(v->arena, &scope->core_modules, from->core_modules.items[alias->index]) ? CT_OK : CT_NOMEM;
    case CTI_SORT_COMPONENT:
      CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_COMPONENTS, (uint64_t)scope->components.count + 1, offset, v->error));
      return cti_vec_push(v->arena, &scope->components, from->components.items[alias->index]) ? CT_OK : CT_NOMEM;
    default: return cti_invalid(v, offset, "items of the sort %s cannot be aliased from an outer scope", cti_sorts[alias->sort].name);
  }
}

/* ---- which aliases may stand where */

static bool allowed_in_type(const cti_alias *alias) {
  if (alias->kind == CTI_ALIAS_EXPORT) return alias->sort == CTI_SORT_TYPE || alias->sort == CTI_SORT_INSTANCE;
  return alias->kind == CTI_ALIAS_OUTER && (alias->sort == CTI_SORT_TYPE || alias->sort == CTI_SORT_CORE_TYPE);
}

ct_status cti_validate_alias(cti_component_validator *v, const cti_alias *alias, uint64_t offset) {
  if (cti_scope_current(v)->kind != CTI_SCOPE_COMPONENT && !allowed_in_type(alias))
    return cti_invalid(v, offset, "aliases in a component or instance type can only be of types and instances");
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_STRING_SIZE, alias->name.size, offset, v->error));
  switch (alias->kind) {
    case CTI_ALIAS_EXPORT: return alias_export(v, alias, offset);
    case CTI_ALIAS_CORE_EXPORT: return alias_core_export(v, alias, offset);
    case CTI_ALIAS_OUTER: break;
  }
  return alias_outer(v, alias, offset);
}
