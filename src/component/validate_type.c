/* validate_type.c - definitions of types. Flows in: a type of the model, its parts as local indices. Flows out: an entry in the scope's space of types or
 * core types. Component and instance types are scopes of their own, whose declarations are validated in order.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions */
#include "component/scope.h"
#include "types/label.h"

/* ---- labels: each well formed, no two in conflict */

/* The labels before this one: looked at one by one while they are few. */
typedef struct labels {
  const cti_member *members;
  cti_map keys; /* canonical form -> number */
} labels;

enum { FEW_LABELS = 8 };

static ct_status add_key(cti_component_validator *v, labels *seen, uint32_t number, uint32_t *first) {
  ct_slice key = cti_plain_name_canonical(v->arena, seen->members[number].name);
  bool added;
  *first = number;
  return key.data ? cti_map_add(&seen->keys, v->arena, key, first, &added) : CT_NOMEM;
}

/* The number of the label that is in conflict with this one; `number` itself when none is. */
static ct_status find_conflict(cti_component_validator *v, labels *seen, uint32_t number, uint32_t *first) {
  if (number < FEW_LABELS) {
    for (*first = 0; *first < number; ++*first)
      if (cti_label_same(seen->members[*first].name, seen->members[number].name)) break;
    return CT_OK;
  }
  while (seen->keys.count < number) CTI_TRY(add_key(v, seen, seen->keys.count, first));
  return add_key(v, seen, number, first);
}

static ct_status check_label(cti_component_validator *v, labels *seen, uint32_t number, const char *what, uint64_t offset) {
  ct_slice label = seen->members[number].name;
  uint32_t first;
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_STRING_SIZE, label.size, offset, v->error));
  if (label.size == 0) return cti_fail(v->error, CT_COMP_NAME, offset, "%s name cannot be empty", what);
  if (!cti_label_valid(label)) return cti_fail(v->error, CT_COMP_NAME, offset, "%s name `%.*s` is not in kebab case", what, CTI_S(label));
  CTI_TRY(find_conflict(v, seen, number, &first));
  if (first == number) return CT_OK;
  return cti_fail(v->error, CT_COMP_NAME, offset, "%s name `%.*s` conflicts with `%.*s` before it", what, CTI_S(label), CTI_S(seen->members[first].name));
}

/* ---- value types */

/* Parts of a value type: their size, depth and flags are added to the whole. */
static ct_status take_part(cti_valtype *part, cti_component_validator *v, cti_type_info *info, uint64_t offset) {
  if (cti_valtype_is_none(*part)) return CT_OK;
  CTI_TRY(cti_scope_valtype(part, v, *part, offset));
  return cti_type_info_add(info, cti_type_info_of_value(&v->store, *part), offset, v->error);
}

typedef struct member_rule {
  const char *what, *none;
  cti_component_limit limit;
} member_rule;

static const member_rule *rule_of(cti_def_kind kind) {
  static const member_rule rules[] = {
    [CTI_DEF_RECORD] = {"record field", "a record must have at least one field", CTI_COMPONENT_LIMIT_RECORD_FIELDS},
    [CTI_DEF_VARIANT] = {"variant case", "a variant must have at least one case", CTI_COMPONENT_LIMIT_VARIANT_CASES},
    [CTI_DEF_ENUM] = {"enum case", "an enum must have at least one case", CTI_COMPONENT_LIMIT_ENUM_CASES},
    [CTI_DEF_FLAGS] = {"flag", "flags must have at least one entry", CTI_COMPONENT_LIMIT_FLAGS},
    [CTI_DEF_TUPLE] = {NULL, "a tuple must have at least one type", CTI_COMPONENT_LIMIT_TUPLE_TYPES},
  };
  return kind < CTI_COUNT(rules) && rules[kind].none ? &rules[kind] : NULL;
}

static ct_status check_members(cti_def *def, cti_component_validator *v, cti_type_info *info, uint64_t offset) {
  const member_rule *rule = rule_of(def->kind);
  labels seen = {.members = def->members};
  if (!rule) return CT_OK;
  if (def->member_count == 0) return cti_invalid(v, offset, "%s", rule->none);
  CTI_TRY(cti_component_limit_check(rule->limit, def->member_count, offset, v->error));
  cti_member *members = CTI_NEW_N(v->arena, cti_member, def->member_count);
  if (!members) return CT_NOMEM;
  for (uint32_t i = 0; i < def->member_count; i++) {
    members[i] = def->members[i];
    if (rule->what) CTI_TRY(check_label(v, &seen, i, rule->what, offset));
    CTI_TRY(take_part(&members[i].type, v, info, offset));
  }
  def->members = members;
  return CT_OK;
}

static bool is_key_type(cti_prim prim) { return prim != CTI_PRIM_F32 && prim != CTI_PRIM_F64 && prim != CTI_PRIM_ERROR_CONTEXT && prim != CTI_PRIM_COUNT; }

static ct_status check_map(const cti_def *def, cti_component_validator *v, uint64_t offset) {
  CTI_TRY(cti_require(v, CTI_FEATURE_CM_MAP, offset, "a map"));
  if (!is_key_type(cti_prim_of_value(&v->store, def->key)))
    return cti_invalid(v, offset, "the key of a map must be a bool, an integer, a char or a string, this is of type %s",
                       cti_value_describe(&v->store, def->key));
  if (cti_type_info_of_value(&v->store, def->element).flags & CTI_TYPE_HANDLE) return cti_invalid(v, offset, "the value of a map must not contain a handle");
  return CT_OK;
}

static ct_status check_fixed_list(const cti_def *def, cti_component_validator *v, uint64_t offset) {
  CTI_TRY(cti_require(v, CTI_FEATURE_CM_FIXED_LENGTH_LISTS, offset, "a list of fixed length"));
  if (def->length == 0) return cti_invalid(v, offset, "a list of fixed length must have more than zero elements");
  return cti_component_limit_check(CTI_COMPONENT_LIMIT_FIXED_LIST, def->length, offset, v->error);
}

static ct_status check_stream(const cti_def *def, cti_component_validator *v, uint64_t offset) {
  const char *what = def->kind == CTI_DEF_STREAM ? "stream" : "future";
  CTI_TRY(cti_require(v, CTI_FEATURE_CM_ASYNC, offset, what));
  if (def->kind == CTI_DEF_STREAM && cti_prim_of_value(&v->store, def->element) == CTI_PRIM_CHAR)
    return cti_invalid(v, offset, "a stream of char is not valid for now; use a stream of u8 in a defined encoding");
  if (cti_type_info_of_value(&v->store, def->element).flags & CTI_TYPE_BORROW)
    return cti_invalid(v, offset, "the payload of a %s must not contain a borrow", what);
  return CT_OK;
}

/* Rules of one kind of type alone, once its parts are known. */
static ct_status check_kind(const cti_def *def, cti_component_validator *v, uint64_t offset) {
  switch (def->kind) {
    case CTI_DEF_MAP: return check_map(def, v, offset);
    case CTI_DEF_FIXED_LIST: return check_fixed_list(def, v, offset);
    case CTI_DEF_STREAM:
    case CTI_DEF_FUTURE: return check_stream(def, v, offset);
    default: return CT_OK;
  }
}

/* Each unit of a type's size takes less than 32 bytes of a value, padding included: that is far below the limit, but for lists of fixed length. */
static ct_status check_value_size(cti_component_validator *v, uint32_t id, uint64_t offset) {
  if (!(cti_type_at(&v->store, id)->flags & CTI_TYPE_FIXED)) return CT_OK;
  const cti_layout *layout = cti_abi_layout(&v->store.abi64, cti_valtype_def(id));
  if (!layout) return v->error->status;
  return cti_component_limit_check(CTI_COMPONENT_LIMIT_VALUE_SIZE, layout->size, offset, v->error);
}

static ct_status validate_value(uint32_t *out, cti_component_validator *v, const cti_def *type, uint64_t offset) {
  cti_def def = *type;
  cti_type_info info = CTI_TYPE_INFO_NEW;
  bool handle = def.kind == CTI_DEF_OWN || def.kind == CTI_DEF_BORROW;
  if (handle) CTI_TRY(cti_scope_type(&def.resource, v, def.resource, CTI_TYPE_RESOURCE, offset));
  if (def.kind == CTI_DEF_ALIAS) {
    CTI_TRY(cti_scope_valtype(&def.element, v, def.element, offset));
    info = cti_type_info_of_value(&v->store, def.element);
  } else {
    CTI_TRY(take_part(&def.key, v, &info, offset));
    CTI_TRY(take_part(&def.element, v, &info, offset));
    CTI_TRY(check_members(&def, v, &info, offset));
  }
  CTI_TRY(check_kind(&def, v, offset));
  *out = cti_store_value(&v->store, &def, info);
  CTI_TRY(v->error->status);
  return check_value_size(v, *out, offset);
}

/* ---- functions */

static ct_status validate_func(uint32_t *out, cti_component_validator *v, const cti_ctype *type, uint64_t offset) {
  cti_type_info info = CTI_TYPE_INFO_NEW;
  labels seen = {.members = type->params};
  if (type->is_async) CTI_TRY(cti_require(v, CTI_FEATURE_CM_ASYNC, offset, "an async function"));
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_PARAMS, type->param_count, offset, v->error));
  cti_func_type *func = CTI_NEW(v->arena, cti_func_type);
  cti_member *params = CTI_NEW_N(v->arena, cti_member, type->param_count);
  if (!func || !params) return CT_NOMEM;
  for (uint32_t i = 0; i < type->param_count; i++) {
    params[i] = type->params[i];
    CTI_TRY(check_label(v, &seen, i, "parameter", offset));
    CTI_TRY(take_part(&params[i].type, v, &info, offset));
  }
  *func = (cti_func_type){type->is_async, type->param_count, params, type->result};
  CTI_TRY(take_part(&func->result, v, &info, offset));
  if (cti_type_info_of_value(&v->store, func->result).flags & CTI_TYPE_BORROW)
    return cti_invalid(v, offset, "the result of a function must not contain a borrow");
  *out = cti_store_func(&v->store, func, info);
  return v->error->status;
}

/* ---- resources */

static bool is_dtor(const cti_component_validator *v, uint32_t id, cti_corevt rep) {
  const cti_deftype *type = &v->v->types.types.items[id];
  return type->kind == CTI_COMPOSITE_FUNC && type->param_count == 1 && type->result_count == 0 && type->of.types[0] == rep;
}

static ct_status validate_resource(uint32_t *out, cti_component_validator *v, const cti_ctype *type, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  if (scope->kind != CTI_SCOPE_COMPONENT) return cti_fail(v->error, CT_COMP_RESOURCE, offset, "resources can only be defined in a component, not in a type");
  if (type->rep == CTI_VT_I64) CTI_TRY(cti_require(v, CTI_FEATURE_CM64, offset, "a resource represented by i64"));
  if (type->rep != CTI_VT_I32 && type->rep != CTI_VT_I64)
    return cti_fail(v->error, CT_COMP_RESOURCE, offset, "a resource must be represented by i32 or i64, not by %s", cti_valtype_text(type->rep, NULL).text);
  if (type->dtor != UINT32_MAX) {
    CTI_TRY(cti_scope_check(v, scope, CTI_SORT_CORE_FUNC, type->dtor, offset));
    if (!is_dtor(v, scope->core_funcs.items[type->dtor], type->rep))
      return cti_fail(v->error, CT_COMP_RESOURCE, offset, "core function %u has the wrong signature for a destructor: [%s] -> [] was expected", type->dtor,
                      type->rep == CTI_VT_I64 ? "i64" : "i32");
  }
  *out = cti_store_new_resource(&v->store);
  CTI_TRY(v->error->status);
  uint32_t number = cti_type_at(&v->store, *out)->of.resource.number;
  if (!cti_vec_push_large(v->arena, &scope->defined, number)) return CT_NOMEM;
  return cti_map_set_u64(&scope->representations, &scope->scratch, number, type->rep);
}

/* ---- component and instance types */

static ct_status validate_declaration(cti_component_validator *v, const cti_item *item) {
  cti_entity entity;
  switch (item->kind) {
    case CTI_ITEM_CORE_TYPE: return cti_validate_core_type(v, item->of.core_type, item->offset);
    case CTI_ITEM_TYPE: return cti_validate_type(v, item->of.type, item->offset);
    case CTI_ITEM_ALIAS: return cti_validate_alias(v, &item->of.alias, item->offset);
    case CTI_ITEM_IMPORT: return cti_validate_import(v, &item->of.import.name, &item->of.import.type, item->offset);
    default: break;
  }
  CTI_TRY(cti_entity_of_externtype(&entity, v, &item->of.export_.type, item->offset));
  return cti_validate_export(v, &item->of.export_.name, entity, item->offset);
}

static void trail_of_declaration(cti_component_validator *v, const cti_item *item, uint32_t index) {
  if (item->kind == CTI_ITEM_IMPORT) cti_error_trail(v->error, "import `%.*s`", CTI_S(item->of.import.name.name));
  else if (item->kind == CTI_ITEM_EXPORT) cti_error_trail(v->error, "export `%.*s`", CTI_S(item->of.export_.name.name));
  else cti_error_trail(v->error, "declaration %u", index);
}

/* The resources that an instance type introduces are free for whoever uses the type, until an instance has it. */
static ct_status finish_instance_type(uint32_t *out, cti_component_validator *v) {
  cti_scope *scope = cti_scope_current(v);
  cti_instance_type *type = CTI_NEW(v->arena, cti_instance_type);
  uint32_t *resources = CTI_NEW_N(v->arena, uint32_t, scope->defined.count);
  if (!type || !resources) return CT_NOMEM;
  if (scope->defined.count) memcpy(resources, scope->defined.items, scope->defined.count * sizeof *resources);
  type->resources = resources;
  type->resource_count = scope->defined.count;
  CTI_TRY(cti_externs_finish(&type->exports, v, &scope->exports));
  *out = cti_store_instance(&v->store, type, scope->info);
  return v->error->status;
}

static ct_status validate_declarations(uint32_t *out, cti_component_validator *v, const cti_ctype *type, uint64_t offset) {
  bool of_component = type->kind == CTI_CTYPE_COMPONENT;
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPE_DECLS, type->decls->items.count, offset, v->error));
  if (!cti_scope_push(v, of_component ? CTI_SCOPE_COMPONENT_TYPE : CTI_SCOPE_INSTANCE_TYPE)) return CT_NOMEM;
  for (uint32_t i = 0; i < type->decls->items.count; i++) {
    const cti_item *item = &type->decls->items.items[i];
    ct_status status = validate_declaration(v, item);
    if (status == CT_OK) continue;
    trail_of_declaration(v, item, i);
    return status;
  }
  CTI_TRY(of_component ? cti_finish_component(out, v, offset) : finish_instance_type(out, v));
  cti_scope_pop(v);
  return v->error->status;
}

ct_status cti_validate_type(cti_component_validator *v, const cti_ctype *type, uint64_t offset) {
  uint32_t id = 0;
  switch (type->kind) {
    case CTI_CTYPE_VALUE: CTI_TRY(validate_value(&id, v, &type->value, offset)); break;
    case CTI_CTYPE_FUNC: CTI_TRY(validate_func(&id, v, type, offset)); break;
    case CTI_CTYPE_RESOURCE: CTI_TRY(validate_resource(&id, v, type, offset)); break;
    case CTI_CTYPE_COMPONENT:
    case CTI_CTYPE_INSTANCE: CTI_TRY(validate_declarations(&id, v, type, offset)); break;
  }
  cti_scope *scope = cti_scope_current(v);
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPES, (uint64_t)scope->types.count + scope->core_types.count + 1, offset, v->error));
  return cti_vec_push(v->arena, &scope->types, id) ? CT_OK : CT_NOMEM;
}
