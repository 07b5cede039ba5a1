/* component_validate.c - the walk over a component's items in their order. Flows in: the model, or the bytes. Flows out: CT_OK, or the first failure with a trail to it.
 * Invariant: the scope holds exactly what the items so far have added; each index can name no more than that.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions */
#include "component/component_validate.h"

#include "component/scope.h"
#include "component/subtype.h"
#include "core/maker.h"

static ct_status validate(cti_component_validator *v, const cti_component *component, uint32_t *type);

/* ---- modules and components */

/* Where the module stands, for failures that are reported one by one (cti_validation.report). */
static ct_status set_report_trail(cti_component_validator *v) {
  ct_slice trail = CTI_LIT("component");
  for (uint32_t i = 0; i < v->scopes.count; i++) {
    bool last = i + 1 == v->scopes.count;
    cti_sort sort = last ? CTI_SORT_CORE_MODULE : CTI_SORT_COMPONENT;
    trail = cti_format(v->arena, "%.*s > %s %u", CTI_S(trail), cti_sorts[sort].name, cti_scope_count(v->scopes.items[i], sort));
  }
  v->v->trail = (const char *)trail.data;
  return trail.data ? CT_OK : CT_NOMEM;
}

static ct_status validate_module(cti_component_validator *v, const cti_item *item) {
  cti_scope *scope = cti_scope_current(v);
  cti_module_type type;
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_MODULES, (uint64_t)scope->core_modules.count + 1, item->offset, v->error));
  if (v->v->report) CTI_TRY(set_report_trail(v));
  CTI_TRY(cti_module_validate(&type, item->of.module, item->offset, v->v));
  uint32_t module = cti_store_module(&v->store, &type, item->offset);
  CTI_TRY(v->error->status);
  return cti_vec_push(v->arena, &scope->core_modules, module) ? CT_OK : CT_NOMEM;
}

static ct_status check_component_room(const cti_component_validator *v, uint64_t offset) {
  return cti_component_limit_check(CTI_COMPONENT_LIMIT_COMPONENTS, (uint64_t)cti_scope_current(v)->components.count + 1, offset, v->error);
}

static ct_status validate_nested(cti_component_validator *v, const cti_item *item) {
  uint32_t type = 0;
  CTI_TRY(check_component_room(v, item->offset));
  CTI_TRY(validate(v, item->of.component, &type));
  return cti_vec_push(v->arena, &cti_scope_current(v)->components, type) ? CT_OK : CT_NOMEM;
}

/* ---- start and exports */

static ct_status validate_start(cti_component_validator *v, const cti_item *item) {
  cti_scope *scope = cti_scope_current(v);
  uint32_t arg_count = item->of.start.arg_count, result_count = item->of.start.result_count;
  cti_subtype_cx cx;
  CTI_TRY(cti_require(v, CTI_FEATURE_CM_VALUES, item->offset, "a start function"));
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_START_ARGS, arg_count, item->offset, v->error));
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_START_RESULTS, result_count, item->offset, v->error));
  if (scope->has_start) return cti_invalid(v, item->offset, "a component cannot have more than one start function");
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_FUNC, item->of.start.func, item->offset));
  const cti_func_type *func = cti_type_at(&v->store, scope->funcs.items[item->of.start.func])->of.func;
  uint32_t results = cti_valtype_is_none(func->result) ? 0 : 1;
  if (func->param_count != arg_count) return cti_invalid(v, item->offset, "the start function takes %u arguments, %u are given", func->param_count, arg_count);
  if (results != result_count) return cti_invalid(v, item->offset, "the start function returns %u results, start takes %u", results, result_count);
  cti_subtype_init(&cx, &v->store, &v->v->types, &v->scratch, item->offset);
  for (uint32_t i = 0; i < arg_count; i++) {
    cti_valtype type;
    CTI_TRY(cti_scope_use_value(&type, v, item->of.start.args[i], item->offset));
    ct_status status = cti_subtype_value(&cx, type, func->params[i].type);
    if (status == CT_OK) continue;
    cti_error_trail(v->error, "argument %u", i);
    return status;
  }
  scope->has_start = true;
  cti_scope_value value = {func->result, false};
  return results == 0 || cti_vec_push(v->arena, &scope->values, value) ? CT_OK : CT_NOMEM;
}

/* The type of the export is what is exported, or a supertype that is written. */
static ct_status validate_export(cti_component_validator *v, const cti_item *item) {
  cti_entity entity, ascribed;
  cti_subtype_cx cx;
  CTI_TRY(cti_scope_entity(&entity, v, item->of.export_.item, item->offset));
  if (entity.sort == CTI_SORT_TYPE) entity.created = cti_store_alias(&v->store, entity.type);
  CTI_TRY(v->error->status);
  if (!cti_externtype_is_none(item->of.export_.type)) {
    CTI_TRY(cti_entity_of_externtype(&ascribed, v, &item->of.export_.type, item->offset));
    cti_subtype_init(&cx, &v->store, &v->v->types, &v->scratch, item->offset);
    ct_status status = cti_subtype_entity(&cx, &entity, &ascribed);
    if (status != CT_OK) cti_error_trail(v->error, "ascribed type");
    CTI_TRY(status);
    entity = ascribed;
  }
  return cti_validate_export(v, &item->of.export_.name, entity, item->offset);
}

/* ---- the walk */

/* Names and branch hints of core modules have nothing to be about in a component. */
static ct_status validate_custom(const cti_component_validator *v, const cti_item *item) {
  ct_slice name = item->of.custom.name;
  if (!v->v->custom_sections || (!cti_slice_is(name, "name") && !cti_slice_is(name, "metadata.code.branch_hint"))) return CT_OK;
  return cti_fail(v->error, CT_CORE_CUSTOM, item->offset, "the custom section `%.*s` belongs into a core module, this is a component", CTI_S(name));
}

static ct_status validate_kind(cti_component_validator *v, const cti_item *item) {
  switch (item->kind) {
    case CTI_ITEM_CORE_MODULE: return validate_module(v, item);
    case CTI_ITEM_CORE_INSTANCE: return cti_validate_core_instance(v, item);
    case CTI_ITEM_CORE_TYPE: return cti_validate_core_type(v, item->of.core_type, item->offset);
    case CTI_ITEM_COMPONENT: return validate_nested(v, item);
    case CTI_ITEM_INSTANCE: return cti_validate_instance(v, item);
    case CTI_ITEM_ALIAS: return cti_validate_alias(v, &item->of.alias, item->offset);
    case CTI_ITEM_TYPE: return cti_validate_type(v, item->of.type, item->offset);
    case CTI_ITEM_CANON: return cti_validate_canon(v, &item->of.canon, item->offset);
    case CTI_ITEM_START: return validate_start(v, item);
    case CTI_ITEM_IMPORT: return cti_validate_import(v, &item->of.import.name, &item->of.import.type, item->offset);
    case CTI_ITEM_EXPORT: return validate_export(v, item);
    case CTI_ITEM_VALUE: return cti_validate_value(v, item);
    case CTI_ITEM_CUSTOM: return validate_custom(v, item);
    case CTI_ITEM_COUNT: break;
  }
  return CT_OK;
}

static ct_status validate_item(cti_component_validator *v, const cti_item *item) {
  ct_status status = validate_kind(v, item);
  cti_arena_free(&v->scratch);
  return status;
}

/* Which item of `scope` it is that failed: imports and exports by name, canonical definitions by what they are, others by the index they would have had. */
static void trail_of_item(const cti_component_validator *v, const cti_scope *scope, const cti_item *item) {
  cti_sort sort = cti_item_sort(item, false);
  switch (item->kind) {
    case CTI_ITEM_IMPORT: cti_error_trail(v->error, "import `%.*s`", CTI_S(item->of.import.name.name)); break;
    case CTI_ITEM_EXPORT: cti_error_trail(v->error, "export `%.*s`", CTI_S(item->of.export_.name.name)); break;
    case CTI_ITEM_CANON:
      cti_error_trail(v->error, "%s %u (canon %s)", cti_sorts[sort].name, cti_scope_count(scope, sort), cti_canons[item->of.canon.kind].name);
      break;
    case CTI_ITEM_ALIAS: cti_error_trail(v->error, "%s %u (alias)", cti_sorts[sort].name, cti_scope_count(scope, sort)); break;
    case CTI_ITEM_START: cti_error_trail(v->error, "start"); break;
    case CTI_ITEM_CUSTOM: cti_error_trail(v->error, "custom section"); break;
    default: cti_error_trail(v->error, "%s %u", cti_sorts[sort].name, cti_scope_count(scope, sort));
  }
}

/* Where the rule stands, unless something better was said: by the kind of failure, else by what the item is. */
static void hint_clause(const cti_component_validator *v, const cti_item *item) {
  static const char explainer[] = "https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#";
  const char *clause = cti_component_sections[item->kind].clause;
  switch (v->error->status) {
    case CT_NOMEM: return;
    case CT_LIMIT: cti_error_hint(v->error, "engines have such limits: https://webassembly.github.io/spec/js-api/#limits"); return;
    case CT_COMP_INDEX: clause = "index-spaces"; break;
    case CT_COMP_TYPE: clause = "type-checking"; break;
    case CT_COMP_RESOURCE: clause = "external-visibility-of-types"; break;
    case CT_COMP_CANON: cti_error_hint(v->error, "the rule: https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canonical-definitions"); return;
    default: break;
  }
  cti_error_hint(v->error, "the rule: %s%s", explainer, clause);
}

static ct_status check_values_used(const cti_component_validator *v, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  for (uint32_t i = 0; i < scope->values.count; i++) {
    if (scope->values.items[i].used) continue;
    cti_invalid(v, offset, "value %u is not used by an instantiation, the start function or an export; each must be used once", i);
    cti_error_hint(v->error, "the rule: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#-value-definitions");
    return v->error->status;
  }
  return CT_OK;
}

static ct_status begin(cti_component_validator *v, uint64_t base) {
  CTI_TRY(cti_limit_check(&v->v->types.limits, CTI_LIMIT_modules_and_components, (uint64_t)v->v->modules + 1, base, v->error));
  v->v->modules++;
  CTI_TRY(cti_require(v, CTI_FEATURE_COMPONENT_MODEL, base, "a component"));
  return cti_scope_push(v, CTI_SCOPE_COMPONENT) ? CT_OK : CT_NOMEM;
}

static ct_status finish(cti_component_validator *v, uint64_t end, uint32_t *type) {
  CTI_TRY(check_values_used(v, end));
  CTI_TRY(cti_finish_component(type, v, end));
  cti_scope_pop(v);
  return v->error->status; /* keeping the scope for another use may have failed */
}

static ct_status fail_item(const cti_component_validator *v, const cti_scope *scope, const cti_item *item) {
  trail_of_item(v, scope, item);
  hint_clause(v, item);
  return v->error->status;
}

static ct_status validate(cti_component_validator *v, const cti_component *component, uint32_t *type) {
  CTI_TRY(begin(v, component->base));
  const cti_scope *scope = cti_scope_current(v);
  for (uint32_t i = 0; i < component->items.count; i++)
    if (validate_item(v, &component->items.items[i]) != CT_OK) return fail_item(v, scope, &component->items.items[i]);
  return finish(v, component->base + component->bytes.size, type);
}

/* ---- the walk over bytes: each item is validated when it is read, and forgotten. So the failure at the lowest offset is met first. */

/* `is_broken`: the failure is one of form, and there is no more of it to be read. */
static ct_status read_component(bool *is_broken, cti_component_validator *v, ct_slice bytes, uint64_t base, uint32_t depth, uint32_t *type);

static ct_status read_nested(cti_component_validator *v, cti_component_reader *r, const cti_item *item) {
  cti_scope *scope = cti_scope_current(v);
  uint32_t type = 0;
  bool is_broken;
  CTI_TRY(check_component_room(v, item->offset));
  ct_status status = read_component(&is_broken, v, r->frame.payload, r->frame.payload_offset, r->depth + 1, &type);
  if (is_broken) {
    cti_component_reader_fail_nested(r, scope->components.count);
    return CT_OK;
  }
  CTI_TRY(status);
  return cti_vec_push(v->arena, &scope->components, type) ? CT_OK : CT_NOMEM;
}

static ct_status read_items(cti_component_validator *v, cti_component_reader *r, cti_arena *items) {
  const cti_scope *scope = cti_scope_current(v);
  while (cti_component_reader_section(r)) {
    for (cti_item item; cti_component_reader_item(r, &item, items);) {
      ct_status status = item.kind == CTI_ITEM_COMPONENT ? read_nested(v, r, &item) : validate_item(v, &item);
      if (status != CT_OK) return fail_item(v, scope, &item);
      if (items->total > CTI_ITEMS_KEPT) cti_arena_free(items);
    }
  }
  return CT_OK;
}

static ct_status read_component(bool *is_broken, cti_component_validator *v, ct_slice bytes, uint64_t base, uint32_t depth, uint32_t *type) {
  cti_component_reader r;
  cti_arena items;
  *is_broken = cti_component_reader_begin(&r, bytes, base, depth, v->error) != CT_OK;
  if (*is_broken) return v->error->status;
  CTI_TRY(begin(v, base));
  cti_arena_init(&items, v->error);
  ct_status status = read_items(v, &r, &items);
  cti_arena_free(&items);
  CTI_TRY(status);
  *is_broken = cti_component_reader_status(&r) != CT_OK;
  return *is_broken ? v->error->status : finish(v, base + bytes.size, type);
}

/* ---- entry points */

static cti_component_validator *make(cti_validation *v) {
  cti_component_validator *validator = CTI_NEW(v->arena, cti_component_validator);
  if (!validator) return NULL;
  validator->v = v;
  validator->arena = v->arena;
  validator->error = v->arena->error;
  cti_type_store_init(&validator->store, v->arena);
  cti_arena_init(&validator->scratch, validator->error);
  return validator;
}

ct_status cti_component_types(cti_type_store **store, uint32_t *type, const cti_component *component, cti_validation *v) {
  cti_component_validator *validator = make(v);
  if (!validator) return CT_NOMEM;
  *store = &validator->store;
  ct_status status = validate(validator, component, type);
  cti_scopes_free(validator);
  if (status != CT_OK) cti_error_trail(validator->error, "component");
  return status;
}

ct_status cti_component_validate_model(const cti_component *component, cti_validation *v) {
  cti_type_store *store;
  uint32_t type;
  return cti_component_types(&store, &type, component, v);
}

static ct_status read_types(bool *is_broken, cti_type_store **store, uint32_t *type, ct_slice bytes, uint64_t base, cti_validation *v) {
  cti_component_validator *validator = make(v);
  *is_broken = false;
  if (!validator) return CT_NOMEM;
  *store = &validator->store;
  validator->copies_names = true;
  ct_status status = read_component(is_broken, validator, bytes, base, 0, type);
  cti_scopes_free(validator);
  if (*is_broken) cti_hint_maker(validator->error, bytes, base);
  else if (status != CT_OK) cti_error_trail(validator->error, "component");
  return status;
}

ct_status cti_component_read_types(cti_type_store **store, uint32_t *type, ct_slice bytes, uint64_t base, cti_validation *v) {
  bool is_broken;
  return read_types(&is_broken, store, type, bytes, base, v);
}

ct_status cti_component_validate(ct_slice bytes, uint64_t base, cti_validation *v) {
  cti_type_store *store;
  uint32_t type;
  bool is_broken;
  ct_status status = read_types(&is_broken, &store, &type, bytes, base, v);
  if (is_broken) cti_error_trail(v->arena->error, "component");
  return status;
}
