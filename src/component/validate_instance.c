/* validate_instance.c - instantiation of core modules and components, and instances that are made of named items.
 * Flows in: an item and what its indices name. Flows out: an entry in the space of core instances or instances.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#instance-definitions */
#include "component/scope.h"
#include "component/subtype.h"

static ct_status check_instance_count(const cti_component_validator *v, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  return cti_component_limit_check(CTI_COMPONENT_LIMIT_INSTANCES, (uint64_t)scope->instances.count + scope->core_instances.count + 1, offset, v->error);
}

/* ---- core instances */

/* Arguments by name -> index of a core instance in the store. */
static ct_status core_args(cti_map *out, cti_component_validator *v, const cti_item *item) {
  const cti_scope *scope = cti_scope_current(v);
  for (uint32_t i = 0; i < item->of.instance.count; i++) {
    const cti_named_index *arg = &item->of.instance.items[i];
    bool added;
    if (arg->item.sort != CTI_SORT_CORE_INSTANCE)
      return cti_invalid(v, arg->offset, "argument `%.*s` must be a core instance, this is %s%s", CTI_S(arg->name.name),
                         cti_article(cti_sorts[arg->item.sort].name), cti_sorts[arg->item.sort].name);
    CTI_TRY(cti_scope_check(v, scope, CTI_SORT_CORE_INSTANCE, arg->item.index, arg->offset));
    uint32_t instance = scope->core_instances.items[arg->item.index];
    CTI_TRY(cti_map_add(out, &v->scratch, arg->name.name, &instance, &added));
    if (!added) return cti_invalid(v, arg->offset, "there are two arguments named `%.*s`", CTI_S(arg->name.name));
  }
  return CT_OK;
}

static ct_status check_core_import(cti_component_validator *v, cti_subtype_cx *cx, const cti_map *args, const cti_module_import *import) {
  uint32_t instance = cti_map_get(args, import->module);
  if (instance == CTI_MAP_NONE)
    return cti_invalid(v, cx->offset, "missing an argument named `%.*s`, from which the module imports `%.*s`", CTI_S(import->module), CTI_S(import->name));
  const cti_core_exports *exports = v->store.core_instances.items[instance];
  uint32_t index = cti_map_get(&exports->by_name, import->name);
  if (index == CTI_MAP_NONE)
    return cti_invalid(v, cx->offset, "argument `%.*s` does not export `%.*s`, which the module imports", CTI_S(import->module), CTI_S(import->name));
  ct_status status = cti_subtype_core(cx, &exports->items[index].type, &import->type);
  if (status != CT_OK) cti_error_trail(v->error, "argument `%.*s` > export `%.*s`", CTI_S(import->module), CTI_S(import->name));
  return status;
}

/* Was this module instantiated with exactly these exports before? A few bytes can ask for a check of many imports; each is made once. */
static ct_status was_linked(bool *out, cti_component_validator *v, uint32_t id, const cti_map *args) {
  const cti_core_module *module = v->store.modules.items[id];
  CTI_VEC(const void *) key = {0};
  bool room = cti_vec_push(&v->scratch, &key, module);
  for (uint32_t i = 0; room && i < module->sources.count; i++) {
    uint32_t instance = cti_map_get(args, module->sources.items[i]);
    if (instance == CTI_MAP_NONE) return CT_OK; /* the check will say what is missing */
    room = cti_vec_push(&v->scratch, &key, v->store.core_instances.items[instance]);
  }
  if (!room) return CT_NOMEM;
  return cti_store_seen(out, &v->store, &v->store.linked, cti_slice(key.items, key.count * sizeof *key.items));
}

static ct_status instantiate_module(const cti_core_exports **out, cti_component_validator *v, const cti_item *item) {
  const cti_scope *scope = cti_scope_current(v);
  cti_map args = {0};
  cti_subtype_cx cx;
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_CORE_MODULE, item->of.instance.index, item->offset));
  CTI_TRY(core_args(&args, v, item));
  uint32_t id = scope->core_modules.items[item->of.instance.index];
  const cti_core_module *module = v->store.modules.items[id];
  bool known = false;
  *out = &module->exports;
  CTI_TRY(was_linked(&known, v, id, &args));
  if (known) return CT_OK;
  cti_subtype_init(&cx, &v->store, &v->v->types, &v->scratch, item->offset);
  for (uint32_t i = 0; i < module->type.import_count; i++) CTI_TRY(check_core_import(v, &cx, &args, &module->type.imports[i]));
  return CT_OK;
}

static ct_status core_item(cti_extern_type *out, cti_component_validator *v, cti_sort_index of, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  if (of.sort > CTI_SORT_CORE_TAG) return cti_invalid(v, offset, "a %s cannot be exported by a core instance", cti_sorts[of.sort].name);
  CTI_TRY(cti_scope_check(v, scope, of.sort, of.index, offset));
  *out = (cti_extern_type){.kind = (cti_extern_kind)(of.sort - CTI_SORT_CORE_FUNC)}; /* both follow the codes of the binary */
  switch (out->kind) {
    case CTI_EXTERN_FUNC: out->type = scope->core_funcs.items[of.index]; break;
    case CTI_EXTERN_TABLE: out->of.table = scope->core_tables.items[of.index]; break;
    case CTI_EXTERN_MEMORY: out->of.memory = scope->core_memories.items[of.index]; break;
    case CTI_EXTERN_GLOBAL: out->of.global = scope->core_globals.items[of.index]; break;
    case CTI_EXTERN_TAG: out->type = scope->core_tags.items[of.index]; return cti_require(v, CTI_FEATURE_EXCEPTIONS, offset, "a tag");
    case CTI_EXTERN_KINDS: break;
  }
  return CT_OK;
}

static ct_status core_exports(const cti_core_exports **out, cti_component_validator *v, const cti_item *item) {
  uint32_t count = item->of.instance.count;
  cti_core_exports *exports = CTI_NEW(v->arena, cti_core_exports);
  cti_module_export *items = CTI_NEW_N(v->arena, cti_module_export, count);
  if (!exports || !items) return CT_NOMEM;
  *exports = (cti_core_exports){.count = count, .items = items, .size = 1};
  for (uint32_t i = 0; i < count; i++) {
    const cti_named_index *of = &item->of.instance.items[i];
    uint32_t index = i;
    bool added;
    items[i].name = of->name.name;
    CTI_TRY(core_item(&items[i].type, v, of->item, of->offset));
    exports->size += cti_extern_type_size(&v->v->types, &items[i].type);
    CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPE_SIZE, exports->size, of->offset, v->error));
    CTI_TRY(cti_map_add(&exports->by_name, v->arena, of->name.name, &index, &added));
    if (!added) return cti_invalid(v, of->offset, "there are two exports named `%.*s`", CTI_S(of->name.name));
  }
  *out = exports;
  return CT_OK;
}

ct_status cti_validate_core_instance(cti_component_validator *v, const cti_item *item) {
  const cti_core_exports *exports = NULL;
  CTI_TRY(check_instance_count(v, item->offset));
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_ARGS, item->of.instance.count, item->offset, v->error));
  CTI_TRY(item->of.instance.is_exports ? core_exports(&exports, v, item) : instantiate_module(&exports, v, item));
  uint32_t instance = cti_store_core_instance(&v->store, exports);
  if (instance == UINT32_MAX) return CT_NOMEM;
  return cti_vec_push(v->arena, &cti_scope_current(v)->core_instances, instance) ? CT_OK : CT_NOMEM;
}

/* ---- instances */

/* The arguments as a list of names and entities, as imports and exports are. */
static ct_status collect_args(cti_extern_list *out, cti_component_validator *v, const cti_item *item) {
  uint32_t count = item->of.instance.count;
  cti_extern_names *names = CTI_NEW(&v->scratch, cti_extern_names);
  cti_entity *entities = CTI_NEW_N(&v->scratch, cti_entity, count);
  const cti_extern_name **items = CTI_NEW_N(&v->scratch, const cti_extern_name *, count);
  if (!names || !entities || !items) return CT_NOMEM;
  names->items = items;
  names->arena = &v->scratch;
  for (uint32_t i = 0; i < count; i++) {
    const cti_named_index *arg = &item->of.instance.items[i];
    CTI_TRY(cti_scope_entity(&entities[i], v, arg->item, arg->offset));
    if (cti_names_find(items, i, &names->by_name, arg->name.name, &v->scratch) != CTI_MAP_NONE)
      return cti_invalid(v, arg->offset, "there are two arguments named `%.*s`", CTI_S(arg->name.name));
    items[i] = &arg->name;
    names->count = i + 1;
  }
  *out = (cti_extern_list){names, entities};
  return CT_OK;
}

/* Each instantiation makes the resources that the component defines anew; the component around it now defines them. */
static ct_status fresh_resources(cti_component_validator *v, const cti_component_type *component, cti_substitution *substitution) {
  cti_scope *scope = cti_scope_current(v);
  for (uint32_t i = 0; i < component->defined_count; i++) {
    uint32_t number = cti_store_fresh(&v->store);
    if (number == UINT32_MAX || !cti_vec_push_large(v->arena, &scope->defined, number)) return CT_NOMEM;
    cti_substitution_resource(substitution, component->defined[i], number);
  }
  return CT_OK;
}

static ct_status instantiate_component(uint32_t *out, cti_component_validator *v, const cti_item *item) {
  const cti_scope *scope = cti_scope_current(v);
  cti_extern_list args;
  cti_subtype_cx cx;
  cti_substitution substitution;
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_COMPONENT, item->of.instance.index, item->offset));
  CTI_TRY(collect_args(&args, v, item));
  const cti_component_type *component = cti_type_at(&v->store, scope->components.items[item->of.instance.index])->of.component;
  const cti_extern_list *exports = &component->exports;
  cti_subtype_init(&cx, &v->store, &v->v->types, &v->scratch, item->offset);
  cti_substitution_begin(&substitution, &v->store, item->offset);
  CTI_TRY(cti_subtype_open(&cx, &args, component, &substitution));
  CTI_TRY(fresh_resources(v, component, &substitution));
  cti_instance_type *instance = CTI_NEW(v->arena, cti_instance_type);
  if (!instance) return CT_NOMEM;
  *instance = (cti_instance_type){.exports = *exports};
  if (component->exports_info.flags & CTI_TYPE_OPEN)
    instance->exports.entities = cti_substitute_entities(&substitution, exports->entities, exports->names->count);
  CTI_TRY(v->error->status);
  *out = cti_store_instance(&v->store, instance, component->exports_info);
  return v->error->status;
}

static ct_status inline_exports(uint32_t *out, cti_component_validator *v, const cti_item *item) {
  cti_externs externs = {.is_inline = true, .arena = &v->scratch};
  cti_type_info info = CTI_TYPE_INFO_NEW;
  cti_instance_type *instance = CTI_NEW(v->arena, cti_instance_type);
  if (!instance) return CT_NOMEM;
  for (uint32_t i = 0; i < item->of.instance.count; i++) {
    const cti_named_index *of = &item->of.instance.items[i];
    cti_entity entity;
    CTI_TRY(cti_scope_entity(&entity, v, of->item, of->offset));
    if (entity.sort == CTI_SORT_VALUE && (cti_type_info_of_value(&v->store, (cti_valtype){entity.type}).flags & CTI_TYPE_BORROW))
      return cti_invalid(v, of->offset, "the type of an exported value must not contain a borrow");
    ct_status status = cti_validate_inline_export(v, &externs, &info, &of->name, &entity, of->offset);
    if (status == CT_OK) continue;
    cti_error_trail(v->error, "export `%.*s`", CTI_S(of->name.name));
    return status;
  }
  CTI_TRY(cti_externs_finish(&instance->exports, v, &externs));
  *out = cti_store_instance(&v->store, instance, info);
  return v->error->status;
}

ct_status cti_validate_instance(cti_component_validator *v, const cti_item *item) {
  uint32_t id = 0;
  CTI_TRY(check_instance_count(v, item->offset));
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_ARGS, item->of.instance.count, item->offset, v->error));
  CTI_TRY(item->of.instance.is_exports ? inline_exports(&id, v, item) : instantiate_component(&id, v, item));
  return cti_vec_push(v->arena, &cti_scope_current(v)->instances, id) ? CT_OK : CT_NOMEM;
}
