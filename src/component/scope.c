/* scope.c - index spaces: making and reusing them, and looking into them. Flows in: local indices. Flows out: ids of the type store, or a failure that
 * names the index, the space and its length. */
#include "component/scope.h"

cti_scope *cti_scope_push(cti_component_validator *v, cti_scope_kind kind) {
  cti_scope *scope = v->spare.count ? v->spare.items[--v->spare.count] : CTI_NEW(v->arena, cti_scope);
  if (!scope || !cti_vec_push(v->arena, &v->scopes, scope)) return NULL;
  scope->kind = kind;
  cti_arena_init(&scope->scratch, v->error);
  scope->imports.arena = scope->exports.arena = &scope->scratch;
  scope->info = CTI_TYPE_INFO_NEW;
  scope->imports.epoch = ++v->store.epoch;
  scope->exports.epoch = ++v->store.epoch;
  return scope;
}

/* The arrays of index spaces are used again; what went into types is not. */
void cti_scope_pop(cti_component_validator *v) {
  cti_scope *scope = v->scopes.items[--v->scopes.count];
  cti_arena_free(&scope->scratch);
  cti_scope clean = *scope;
  clean.core_types.count = clean.core_type_modules.count = clean.core_funcs.count = clean.core_tags.count = 0;
  clean.core_tables.count = clean.core_memories.count = clean.core_globals.count = clean.core_modules.count = clean.core_instances.count = 0;
  clean.types.count = clean.funcs.count = clean.components.count = clean.instances.count = clean.values.count = clean.defined.count = 0;
  memset(&clean.imports, 0, sizeof clean.imports);
  memset(&clean.exports, 0, sizeof clean.exports);
  memset(&clean.imported, 0, sizeof clean.imported);
  memset(&clean.representations, 0, sizeof clean.representations);
  clean.outer_alias_size = 0;
  clean.has_start = false;
  clean.context_type = CTI_VT_NONE;
  *scope = clean;
  if (!cti_vec_push(v->arena, &v->spare, scope)) return; /* reported; then it is not used again */
}

void cti_scopes_free(cti_component_validator *v) {
  for (uint32_t i = 0; i < v->scopes.count; i++) cti_arena_free(&v->scopes.items[i]->scratch);
  cti_arena_free(&v->scratch);
}

uint32_t cti_scope_count(const cti_scope *scope, cti_sort sort) {
  switch (sort) {
    case CTI_SORT_CORE_FUNC: return scope->core_funcs.count;
    case CTI_SORT_CORE_TABLE: return scope->core_tables.count;
    case CTI_SORT_CORE_MEMORY: return scope->core_memories.count;
    case CTI_SORT_CORE_GLOBAL: return scope->core_globals.count;
    case CTI_SORT_CORE_TAG: return scope->core_tags.count;
    case CTI_SORT_CORE_TYPE: return scope->core_types.count;
    case CTI_SORT_CORE_MODULE: return scope->core_modules.count;
    case CTI_SORT_CORE_INSTANCE: return scope->core_instances.count;
    case CTI_SORT_FUNC: return scope->funcs.count;
    case CTI_SORT_VALUE: return scope->values.count;
    case CTI_SORT_TYPE: return scope->types.count;
    case CTI_SORT_COMPONENT: return scope->components.count;
    case CTI_SORT_INSTANCE: return scope->instances.count;
    case CTI_SORT_COUNT: break;
  }
  return 0;
}

ct_status cti_scope_check(const cti_component_validator *v, const cti_scope *scope, cti_sort sort, uint32_t index, uint64_t offset) {
  uint32_t count = cti_scope_count(scope, sort);
  if (index < count) return CT_OK;
  return cti_fail(v->error, CT_COMP_INDEX, offset, "unknown %s %u: the index space has %u so far", cti_sorts[sort].name, index, count);
}

ct_status cti_scope_type(uint32_t *out, const cti_component_validator *v, uint32_t index, cti_type_kind kind, uint64_t offset) {
  static const char *const wanted[] = {"a value type", "a function type", "an instance type", "a component type", "a resource type"};
  const cti_scope *scope = cti_scope_current(v);
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_TYPE, index, offset));
  *out = scope->types.items[index];
  if (cti_type_at(&v->store, *out)->kind == kind) return CT_OK;
  return cti_fail(v->error, CT_COMP_TYPE, offset, "type %u is not %s: it is %s%s", index, wanted[kind], cti_article(cti_type_describe(&v->store, *out)),
                  cti_type_describe(&v->store, *out));
}

ct_status cti_scope_valtype(cti_valtype *out, const cti_component_validator *v, cti_valtype local, uint64_t offset) {
  *out = local;
  if (cti_valtype_is_none(local)) return CT_OK;
  if (cti_valtype_is_prim(local))
    return cti_valtype_to_prim(local) == CTI_PRIM_ERROR_CONTEXT ? cti_require(v, CTI_FEATURE_CM_ERROR_CONTEXT, offset, "the type error-context") : CT_OK;
  uint32_t id;
  CTI_TRY(cti_scope_type(&id, v, cti_valtype_index(local), CTI_TYPE_VALUE, offset));
  *out = cti_valtype_def(id);
  return CT_OK;
}

ct_status cti_scope_use_value(cti_valtype *out, cti_component_validator *v, uint32_t index, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  CTI_TRY(cti_require(v, CTI_FEATURE_CM_VALUES, offset, "a value"));
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_VALUE, index, offset));
  cti_scope_value *value = &scope->values.items[index];
  if (value->used) return cti_invalid(v, offset, "value %u is used more than once", index);
  value->used = true;
  *out = value->type;
  return CT_OK;
}

ct_status cti_scope_entity(cti_entity *out, cti_component_validator *v, cti_sort_index of, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  *out = (cti_entity){.sort = of.sort};
  if (of.sort == CTI_SORT_VALUE) {
    cti_valtype type = CTI_VALTYPE_NONE;
    ct_status status = cti_scope_use_value(&type, v, of.index, offset);
    out->type = type.word;
    return status;
  }
  if (cti_sorts[of.sort].is_core && of.sort != CTI_SORT_CORE_MODULE)
    return cti_invalid(v, offset, "a %s cannot be given or exported here", cti_sorts[of.sort].name);
  CTI_TRY(cti_scope_check(v, scope, of.sort, of.index, offset));
  switch (of.sort) {
    case CTI_SORT_CORE_MODULE: out->type = scope->core_modules.items[of.index]; break;
    case CTI_SORT_FUNC: out->type = scope->funcs.items[of.index]; break;
    case CTI_SORT_COMPONENT: out->type = scope->components.items[of.index]; break;
    case CTI_SORT_INSTANCE: out->type = scope->instances.items[of.index]; break;
    default: out->type = out->created = scope->types.items[of.index];
  }
  return CT_OK;
}

ct_status cti_require(const cti_component_validator *v, cti_feature feature, uint64_t offset, const char *what) {
  if (cti_features_have(v->v->types.features, feature)) return CT_OK;
  cti_fail(v->error, CT_CORE_FEATURE, offset, "%s needs the feature %s, which is off", what, cti_feature_name(feature));
  cti_error_hint(v->error, "switch it on with --features %s", cti_feature_name(feature));
  return v->error->status;
}
