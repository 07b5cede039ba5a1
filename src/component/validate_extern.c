/* validate_extern.c - imports and exports: the types they ask for, the names they have, what they add to the index spaces.
 * Flows in: a name and an entity. Flows out: an entry in an index space and one in the list of imports or exports of the scope.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#import-and-export-definitions */
#include "component/substitute.h"
#include "component/scope.h"

/* ---- what an externtype asks for */

static ct_status entity_of_bound(cti_entity *out, cti_component_validator *v, const cti_externtype *type, uint64_t offset) {
  if (!type->is_eq) {
    out->type = out->created = cti_store_new_resource(&v->store);
    return v->error->status;
  }
  const cti_scope *scope = cti_scope_current(v);
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_TYPE, type->index, offset));
  out->type = scope->types.items[type->index];
  out->created = cti_store_alias(&v->store, out->type);
  return v->error->status;
}

static ct_status entity_of_module(cti_entity *out, cti_component_validator *v, uint32_t index, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_CORE_TYPE, index, offset));
  out->type = scope->core_type_modules.items[index];
  return out->type == UINT32_MAX ? cti_fail(v->error, CT_COMP_TYPE, offset, "core type %u is not a module type", index) : CT_OK;
}

ct_status cti_entity_of_externtype(cti_entity *out, cti_component_validator *v, const cti_externtype *type, uint64_t offset) {
  cti_valtype value = CTI_VALTYPE_NONE;
  *out = (cti_entity){.sort = type->sort};
  switch (type->sort) {
    case CTI_SORT_CORE_MODULE: return entity_of_module(out, v, type->index, offset);
    case CTI_SORT_FUNC: return cti_scope_type(&out->type, v, type->index, CTI_TYPE_FUNC, offset);
    case CTI_SORT_INSTANCE: return cti_scope_type(&out->type, v, type->index, CTI_TYPE_INSTANCE, offset);
    case CTI_SORT_COMPONENT: return cti_scope_type(&out->type, v, type->index, CTI_TYPE_COMPONENT, offset);
    case CTI_SORT_TYPE: return entity_of_bound(out, v, type, offset);
    default: break;
  }
  CTI_TRY(cti_require(v, CTI_FEATURE_CM_VALUES, offset, "a value"));
  CTI_TRY(cti_scope_valtype(&value, v, type->value, offset));
  out->type = value.word;
  return CT_OK;
}

/* ---- entries in index spaces */

enum { BY_ALIAS, BY_IMPORT, BY_EXPORT };

/* The instance type with new resources in place of those it introduces: the same type twice makes two instances that share none. The new numbers are
 * appended to `fresh`. */
static ct_status freshen_instance(cti_component_validator *v, uint32_t *id, cti_numbers *fresh, uint64_t offset) {
  const cti_instance_type *old = cti_type_at(&v->store, *id)->of.instance;
  cti_substitution substitution;
  cti_substitution_begin(&substitution, &v->store, offset);
  for (uint32_t i = 0; i < old->resource_count; i++) {
    uint32_t number = cti_store_fresh(&v->store);
    if (number == UINT32_MAX || !cti_vec_push_large(v->arena, fresh, number)) return CT_NOMEM;
    cti_substitution_resource(&substitution, old->resources[i], number);
  }
  cti_instance_type *instance = CTI_NEW(v->arena, cti_instance_type);
  if (!instance) return CT_NOMEM;
  *instance = (cti_instance_type){.exports.names = old->exports.names};
  instance->exports.entities = cti_substitute_entities(&substitution, old->exports.entities, old->exports.names->count);
  CTI_TRY(v->error->status);
  *id = cti_store_instance(&v->store, instance, cti_type_info_of(&v->store, *id));
  return v->error->status;
}

static ct_status prepare_instance(cti_component_validator *v, uint32_t *id, int by, uint64_t offset) {
  const cti_instance_type *old = cti_type_at(&v->store, *id)->of.instance;
  if (old->resource_count == 0 || by == BY_ALIAS) return CT_OK;
  cti_scope *scope = cti_scope_current(v);
  return freshen_instance(v, id, by == BY_IMPORT ? &scope->imported : &scope->defined, offset);
}

/* A resource that this import or export introduces, not one that it names anew. */
static ct_status introduce_resource(cti_component_validator *v, const cti_entity *entity, int by) {
  cti_scope *scope = cti_scope_current(v);
  const cti_type *type = cti_type_at(&v->store, entity->created);
  if (type->kind != CTI_TYPE_RESOURCE || entity->created != entity->type || by == BY_ALIAS) return CT_OK;
  return cti_vec_push_large(v->arena, by == BY_IMPORT ? &scope->imported : &scope->defined, type->of.resource.number) ? CT_OK : CT_NOMEM;
}

static ct_status add_value(cti_component_validator *v, const cti_entity *entity, int by, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  cti_scope_value value = {{entity->type}, by == BY_EXPORT};
  CTI_TRY(cti_require(v, CTI_FEATURE_CM_VALUES, offset, "a value"));
  if (by == BY_EXPORT && (cti_type_info_of_value(&v->store, value.type).flags & CTI_TYPE_BORROW))
    return cti_invalid(v, offset, "the type of an exported value must not contain a borrow");
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_VALUES, (uint64_t)scope->values.count + 1, offset, v->error));
  return cti_vec_push(v->arena, &scope->values, value) ? CT_OK : CT_NOMEM;
}

static ct_status check_room(const cti_component_validator *v, cti_sort sort, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  switch (sort) {
    case CTI_SORT_CORE_MODULE: return cti_component_limit_check(CTI_COMPONENT_LIMIT_MODULES, (uint64_t)scope->core_modules.count + 1, offset, v->error);
    case CTI_SORT_COMPONENT: return cti_component_limit_check(CTI_COMPONENT_LIMIT_COMPONENTS, (uint64_t)scope->components.count + 1, offset, v->error);
    case CTI_SORT_FUNC:
      return cti_component_limit_check(CTI_COMPONENT_LIMIT_FUNCTIONS, (uint64_t)scope->funcs.count + scope->core_funcs.count + 1, offset, v->error);
    case CTI_SORT_INSTANCE:
      return cti_component_limit_check(CTI_COMPONENT_LIMIT_INSTANCES, (uint64_t)scope->instances.count + scope->core_instances.count + 1, offset, v->error);
    case CTI_SORT_TYPE: return cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPES, (uint64_t)scope->types.count + 1, offset, v->error);
    default: return CT_OK;
  }
}

static ct_status add_entity(cti_component_validator *v, cti_entity *entity, int by, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  bool pushed = false;
  CTI_TRY(check_room(v, entity->sort, offset));
  switch (entity->sort) {
    case CTI_SORT_CORE_MODULE: pushed = cti_vec_push(v->arena, &scope->core_modules, entity->type); break;
    case CTI_SORT_COMPONENT: pushed = cti_vec_push(v->arena, &scope->components, entity->type); break;
    case CTI_SORT_FUNC: pushed = cti_vec_push(v->arena, &scope->funcs, entity->type); break;
    case CTI_SORT_INSTANCE:
      CTI_TRY(prepare_instance(v, &entity->type, by, offset));
      pushed = cti_vec_push(v->arena, &scope->instances, entity->type);
      break;
    case CTI_SORT_VALUE: return add_value(v, entity, by, offset);
    default:
      CTI_TRY(introduce_resource(v, entity, by));
      pushed = cti_vec_push(v->arena, &scope->types, entity->created);
  }
  return pushed ? CT_OK : CT_NOMEM;
}

ct_status cti_add_entity(cti_component_validator *v, const cti_entity *entity, uint64_t offset) {
  cti_entity copy = *entity;
  return add_entity(v, &copy, BY_ALIAS, offset);
}

/* ---- the list of imports or exports */

/* A name that lives as long as the types. */
static const cti_extern_name *keep_name(cti_component_validator *v, const cti_extern_name *name) {
  cti_extern_name *copy = v->copies_names ? CTI_NEW(v->arena, cti_extern_name) : NULL;
  if (!copy) return v->copies_names ? NULL : name;
  *copy = (cti_extern_name){.name = name->name, .form = name->form};
  if (name->attributes) cti_extern_name_set(copy, *name->attributes, v->arena);
  return copy;
}

/* What the name says of the type: extern_rules.c. */
static ct_status add_to_list(cti_component_validator *v, cti_externs *into, const cti_extern_name *name, const cti_entity *entity, bool is_import, uint64_t offset) {
  cti_name parsed;
  CTI_TRY(cti_check_extern_name(&parsed, v, into, name, entity, is_import, offset));
  const cti_extern_name *kept = keep_name(v, name);
  return kept && cti_vec_push(into->arena, &into->names, kept) && cti_vec_push(into->arena, &into->entities, *entity) ? CT_OK : CT_NOMEM;
}

static ct_status add_extern(cti_component_validator *v, const cti_extern_name *name, cti_entity entity, bool is_import, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  cti_externs *into = is_import ? &scope->imports : &scope->exports;
  CTI_TRY(cti_type_info_add(&scope->info, cti_type_info_of_entity(&v->store, &entity), offset, v->error)); /* before a type of that size is made anew */
  CTI_TRY(add_entity(v, &entity, is_import ? BY_IMPORT : BY_EXPORT, offset));
  CTI_TRY(cti_check_named(v, &entity, is_import, offset));
  return add_to_list(v, into, name, &entity, is_import, offset);
}

ct_status cti_validate_import(cti_component_validator *v, const cti_extern_name *name, const cti_externtype *type, uint64_t offset) {
  cti_entity entity;
  CTI_TRY(cti_entity_of_externtype(&entity, v, type, offset));
  return add_extern(v, name, entity, true, offset);
}

ct_status cti_validate_export(cti_component_validator *v, const cti_extern_name *name, cti_entity entity, uint64_t offset) {
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_EXPORTS, (uint64_t)cti_scope_current(v)->exports.names.count + 1, offset, v->error));
  return add_extern(v, name, entity, false, offset);
}

ct_status cti_validate_inline_export(cti_component_validator *v, cti_externs *into, cti_type_info *info, const cti_extern_name *name, const cti_entity *entity,
                                     uint64_t offset) {
  CTI_TRY(cti_type_info_add(info, cti_type_info_of_entity(&v->store, entity), offset, v->error));
  return add_to_list(v, into, name, entity, false, offset);
}

ct_status cti_externs_finish(cti_extern_list *out, cti_component_validator *v, const cti_externs *externs) {
  uint32_t count = externs->names.count;
  cti_extern_names *names = CTI_NEW(v->arena, cti_extern_names);
  const cti_extern_name **items = cti_alloc_raw(v->arena, count, sizeof *items);
  cti_entity *entities = cti_alloc_raw(v->arena, count, sizeof *entities);
  if (!names || !items || !entities) return CT_NOMEM;
  if (count) memcpy(items, externs->names.items, count * sizeof *items);
  if (count) memcpy(entities, externs->entities.items, count * sizeof *entities);
  *names = (cti_extern_names){.count = count, .items = items, .arena = v->arena};
  *out = (cti_extern_list){names, entities};
  return CT_OK;
}
