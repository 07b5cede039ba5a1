/* match_import.c - what the imports of a core module stand for. Flows in: the interface of a module, the names of the world. Flows out: unit->uses, those of
 * one module name together, in the order in which module names and fields appear; and in plan->unmet what nothing provides.
 *
 * The names are those of wit-component ("legacy") and of the canonical ABI's build targets ("cm32p2...").
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/BuildTargets.md */
#include "adapter/adapter.h"
#include "compose/unmet.h"
#include "compose/unmet_import.h"
#include "compose/world_match.h"

/* One unit's imports on their way to uses. */
typedef struct matcher {
  cti_plan *plan;
  cti_unit *unit;
  cti_map group_ids;       /* module name -> place in unit->groups */
  cti_map fields;          /* group and field -> the number that the next import of that name gets */
  CTI_VEC(uint32_t) group_of; /* by place in unit->uses */
} matcher;

static const cti_mangling_words words_of[] = {
    [CTI_MANGLING_LEGACY] = {{(const uint8_t *)"$root", 5}, {(const uint8_t *)"[export]", 8}, {(const uint8_t *)"", 0}},
    [CTI_MANGLING_STANDARD] = {{(const uint8_t *)"", 0}, {(const uint8_t *)"_ex_", 4}, {(const uint8_t *)"|", 1}},
};

static bool strip(ct_slice *name, ct_slice prefix) {
  if (!cti_slice_starts(*name, prefix)) return false;
  *name = cti_slice_cut(*name, prefix.size, name->size);
  return true;
}

/* ---- what belongs to the world: functions, and built-ins of resources, streams, futures and tasks */

static cti_wit_interface *interface_of(const cti_lookup *l) { return &l->plan->resolve.interfaces.items[l->use.interface]; }

static uint32_t func_in_interface(const cti_lookup *l, ct_slice name) { return cti_map_get(&interface_of(l)->func_slots, name); }

/* The resource of that name in the interface, or among the types that the world itself has. */
static uint32_t find_resource(cti_lookup *l, ct_slice name) {
  cti_plan *plan = l->plan;
  uint32_t type = CTI_WIT_NONE;
  if (l->use.interface != CTI_WIT_NONE) {
    type = cti_map_get(&interface_of(l)->type_ids, name);
  } else {
    uint32_t item = cti_world_names_find(&plan->import_names, name, CTI_WORLD_TYPE);
    if (item != CTI_WIT_NONE) type = plan->import_names.items->items[l->use.item = item].type;
  }
  return type != CTI_WIT_NONE && plan->resolve.types.defs.items[type].kind == CTI_DEF_RESOURCE ? type : CTI_WIT_NONE;
}

/* Points the use at the function of that name, in the interface or in the world. */
static const cti_wit_func *find_func(cti_lookup *l, ct_slice name) {
  if (l->use.interface != CTI_WIT_NONE) {
    l->use.func = func_in_interface(l, name);
    return l->use.func == CTI_MAP_NONE ? NULL : &interface_of(l)->funcs.items[l->use.func];
  }
  const cti_world_names *names = l->use.of_export ? &l->plan->export_names : &l->plan->import_names;
  l->use.item = cti_world_names_find(names, name, CTI_WORLD_FUNC);
  return l->use.item == CTI_WIT_NONE ? NULL : &names->items->items[l->use.item].func;
}

/* A use is found; does the core type agree? */
static cti_found found(cti_lookup *l, cti_use_kind kind, cti_canon_kind canon, const cti_core_sig *expected) {
  l->use.kind = kind;
  l->use.canon = canon;
  l->expected = *expected;
  return cti_sig_eq(expected, l->type) ? CTI_FOUND : CTI_FOUND_MISMATCH;
}

static cti_found found_builtin(cti_lookup *l, const cti_core_name *name) {
  if (name->slot >= CTI_CONTEXT_SLOTS) return CTI_NOT_FOUND;
  const char *letters = name->info->signature ? name->info->signature : cti_canons[name->info->canon].signature;
  l->use.flag = name->flag;
  l->use.encoding = name->encoding;
  l->use.slot = name->slot;
  l->use.slot_type = name->type;
  cti_core_sig expected = cti_sig_of_letters(letters, name->type, name->type);
  return found(l, CTI_USE_CANON, name->info->canon, &expected);
}

static cti_found match_task_return(cti_lookup *l, const cti_core_name *name) {
  const cti_wit_func *func = find_func(l, name->rest);
  cti_core_sig expected;
  if (!func || cti_abi_task_return(&expected, &l->plan->abi, func->params, func->param_count, func->result)) return CTI_NOT_FOUND;
  return found(l, CTI_USE_CANON, CTI_CANON_TASK_RETURN, &expected);
}

static cti_found match_payload(cti_lookup *l, const cti_core_name *name) {
  l->use.type = CTI_WIT_NONE;
  if (!name->is_unit) {
    const cti_wit_func *func = find_func(l, name->rest);
    l->use.type = func ? cti_func_nth_stream(l->plan, func, name->payload) : CTI_WIT_NONE;
    if (l->use.type == CTI_WIT_NONE) return CTI_NOT_FOUND;
    bool is_future = l->plan->resolve.types.defs.items[l->use.type].kind == CTI_DEF_FUTURE;
    if (is_future != cti_canon_is_of_future(name->info->canon)) return CTI_OTHER_PAYLOAD;
  }
  return found_builtin(l, name);
}

/* Built-ins that are about something in the interface, or in the world itself. */
static cti_found match_intrinsic(cti_lookup *l) {
  cti_core_name name;
  if (!cti_core_name_parse(&name, l->field, l->mangling) || name.info->place == CTI_CORE_ROOT) return CTI_NOT_FOUND;
  if (name.info->place == CTI_CORE_EXPORT && !l->use.of_export) return CTI_NOT_FOUND;
  switch (name.info->form) {
  case CTI_CORE_RESOURCE: l->use.type = find_resource(l, name.rest); return l->use.type == CTI_WIT_NONE ? CTI_NOT_FOUND : found_builtin(l, &name);
  case CTI_CORE_FUNC: return match_task_return(l, &name);
  case CTI_CORE_PAYLOAD: return match_payload(l, &name);
  default: return found_builtin(l, &name);
  }
}

static cti_found match_func(cti_lookup *l) {
  ct_slice name = l->field;
  bool is_async = l->mangling == CTI_MANGLING_LEGACY && cti_core_name_strip_async(&name);
  const cti_wit_func *func = find_func(l, name);
  cti_core_sig expected;
  if (!func || cti_func_sig(&expected, l->plan, func, is_async ? CTI_ABI_LOWER_ASYNC : CTI_ABI_LOWER)) return CTI_NOT_FOUND;
  l->use.flag = is_async;
  l->func = func;
  return found(l, CTI_USE_CANON, CTI_CANON_LOWER, &expected);
}

/* ---- by module name */

/* Imports from the world itself: built-ins that need nothing, functions and types of the world. */
static cti_found match_root(cti_lookup *l) {
  cti_core_name name;
  if (!l->use.of_export && cti_core_name_parse(&name, l->field, l->mangling) && name.info->place == CTI_CORE_ROOT) return found_builtin(l, &name);
  cti_found result = l->use.of_export ? CTI_NOT_FOUND : match_func(l);
  return result == CTI_NOT_FOUND ? match_intrinsic(l) : result;
}

static cti_found match_interface(cti_lookup *l, ct_slice name) {
  const cti_world_names *names = l->use.of_export ? &l->plan->export_names : &l->plan->import_names;
  l->use.item = cti_world_names_interface(names, name, l->mangling, l->plan->arena);
  if (l->use.item == CTI_WIT_NONE) return CTI_NO_INTERFACE;
  l->use.interface = names->items->items[l->use.item].interface;
  cti_found result = l->use.of_export ? CTI_NOT_FOUND : match_func(l);
  return result == CTI_NOT_FOUND ? match_intrinsic(l) : result;
}

/* What toolchains with cooperative threads import from "env": where the stack and thread-local storage are. */
static cti_found match_env(cti_lookup *l) {
  static const struct {
    const char *field;
    cti_use_kind kind;
    cti_canon_kind canon;
    bool is_set;
  } rows[] = {{"__wasm_get_stack_pointer", CTI_USE_CANON, CTI_CANON_CONTEXT_GET, false},
              {"__wasm_set_stack_pointer", CTI_USE_CANON, CTI_CANON_CONTEXT_SET, true},
              {"__wasm_get_tls_base", CTI_USE_TLS_GET, CTI_CANON_CONTEXT_GET, false},
              {"__wasm_set_tls_base", CTI_USE_TLS_SET, CTI_CANON_CONTEXT_SET, true}};
  for (unsigned i = 0; i < CTI_COUNT(rows); i++) {
    if (!cti_slice_is(l->field, rows[i].field)) continue;
    bool is_wide = l->type->param_count + l->type->result_count == 1 && l->type->types[0] == CTI_VT_I64;
    l->use.slot_type = is_wide ? CTI_VT_I64 : CTI_VT_I32;
    cti_core_sig expected = cti_sig_of_letters(rows[i].is_set ? "v:" : ":v", 0, l->use.slot_type);
    return found(l, rows[i].kind, rows[i].canon, &expected);
  }
  return CTI_NOT_FOUND;
}

static cti_found match_component_import(cti_lookup *l, ct_slice module) {
  bool standard = strip(&module, CTI_LIT("cm32p2"));
  l->mangling = standard || l->plan->options->reject_legacy_names ? CTI_MANGLING_STANDARD : CTI_MANGLING_LEGACY;
  const cti_mangling_words *words = &words_of[l->mangling];
  if (cti_slice_eq(module, words->root)) return match_root(l);
  if (l->mangling == CTI_MANGLING_LEGACY && cti_slice_is(module, "env")) {
    cti_found result = match_env(l);
    if (result != CTI_NOT_FOUND) return result;
  }
  ct_slice rest = module;
  if (strip(&rest, words->exported) && cti_slice_eq(rest, words->root)) {
    l->use.of_export = true;
    return match_root(l);
  }
  if (!strip(&module, words->interface)) return CTI_NO_INTERFACE;
  l->use.of_export = strip(&module, words->exported);
  l->interface_name = module;
  return match_interface(l, module);
}

/* An export of a unit that comes before: the main module's for adapters, what `link` arranged for libraries. */
static cti_found found_item(cti_lookup *l, uint32_t unit, ct_slice name) {
  l->use.kind = CTI_USE_ITEM;
  l->use.unit = unit;
  l->use.source = name;
  return CTI_FOUND;
}

/* Functions of numbers alone are what an adapter can call. */
static bool is_as_imported(const cti_lookup *l, const cti_module *main_module, const cti_export *export_) {
  if (export_->kind != l->import->type.kind) return false;
  if (export_->kind != CTI_EXTERN_FUNC) return true;
  const cti_subtype *have = cti_module_func_type(main_module, export_->index);
  cti_core_sig want;
  return have && l->type && cti_sig_of_type(&want, l->plan, l->type, l->import->name) == CT_OK && cti_sig_eq(&want, have);
}

/* Adapters know the main module by this name. */
static cti_found match_main_export(cti_lookup *l) {
  const cti_module *main_module = &l->plan->units.items[0].module;
  uint32_t place = cti_map_get(&l->plan->main_exports, l->import->name);
  if (place == CTI_MAP_NONE) return CTI_NO_MAIN_EXPORT;
  l->main_export = &main_module->exports.items[place];
  return is_as_imported(l, main_module, l->main_export) ? found_item(l, 0, l->import->name) : CTI_OTHER_MAIN_EXPORT;
}

static ct_status map_main_exports(cti_plan *plan) {
  const cti_module *main_module = &plan->units.items[0].module;
  for (uint32_t i = 0; i < main_module->exports.count; i++) {
    uint32_t place = i;
    bool added;
    CTI_TRY(cti_map_add(&plan->main_exports, plan->arena, main_module->exports.items[i].name, &place, &added));
  }
  return CT_OK;
}

static cti_found match_import(cti_lookup *l) {
  const cti_import *import = l->import;
  if (import->type.kind == CTI_EXTERN_MEMORY && cti_slice_is(import->module, "env") && cti_slice_is(import->name, "memory")) {
    if (l->unit->imported_memory) return CTI_SECOND_MEMORY;
    l->unit->imported_memory = &import->type.of.memory;
    l->use.kind = CTI_USE_MEMORY;
    return CTI_FOUND;
  }
  if (l->unit->kind != CTI_UNIT_MAIN && cti_slice_is(import->module, "__main_module__")) return match_main_export(l);
  if (l->unit->is_builtin && cti_slice_is(import->module, CTI_ADAPTER_FAR_MODULE)) {
    l->use.kind = CTI_USE_FIRST;
    l->use.source = import->name;
    return CTI_FOUND;
  }
  if (import->type.kind != CTI_EXTERN_FUNC || import->type.exact) return CTI_NOT_A_FUNCTION; /* what a component gives has no exact type */
  if (!l->type) return CTI_BAD_TYPE;
  uint32_t adapter = cti_map_get(&l->plan->unit_ids, import->module);
  if (adapter == CTI_MAP_NONE) return match_component_import(l, import->module);
  l->use.kind = CTI_USE_ADAPTER;
  l->use.unit = adapter;
  l->use.source = import->name;
  return CTI_FOUND;
}

/* ---- uses and their groups */

static ct_status group_of(uint32_t *out, matcher *m, ct_slice module) {
  bool added;
  *out = m->unit->groups.count;
  CTI_TRY(cti_map_add(&m->group_ids, m->plan->arena, module, out, &added));
  return !added || cti_vec_push(m->plan->arena, &m->unit->groups, ((cti_use_group){.module = module})) ? CT_OK : CT_NOMEM;
}

static ct_slice field_key(matcher *m, uint32_t group, ct_slice field) {
  uint8_t *key = cti_alloc(m->plan->arena, sizeof group + field.size + 1);
  if (!key) return (ct_slice){NULL, 0};
  memcpy(key, &group, sizeof group);
  if (field.size) memcpy(key + sizeof group, field.data, field.size);
  return cti_slice(key, sizeof group + field.size);
}

/* A component cannot give one name twice: the second import of a field gets a name that is free. */
static ct_status unique_field(ct_slice *out, matcher *m, uint32_t group, ct_slice field) {
  *out = field;
  for (uint32_t number = 2;; number++) {
    ct_slice key = field_key(m, group, *out);
    uint32_t value = 2;
    bool added;
    if (!key.data) return CT_NOMEM;
    CTI_TRY(cti_map_add(&m->fields, m->plan->arena, key, &value, &added));
    if (added) return CT_OK;
    if (number == 2) number = value; /* what earlier ones left off at */
    *out = cti_format(m->plan->arena, "%.*s [v%u]", CTI_S(field), number);
    if (!out->data) return CT_NOMEM;
    key = field_key(m, group, field);
    if (!key.data) return CT_NOMEM;
    CTI_TRY(cti_map_set(&m->fields, m->plan->arena, key, number + 1));
  }
}

static ct_status add_use(matcher *m, cti_use *use, const cti_import *import) {
  uint32_t group;
  CTI_TRY(group_of(&group, m, import->module));
  CTI_TRY(unique_field(&use->field, m, group, import->name));
  if (use->field.data != import->name.data) m->unit->has_renamed_imports = true;
  m->unit->groups.items[group].count++;
  return cti_vec_push(m->plan->arena, &m->unit->uses, *use) && cti_vec_push(m->plan->arena, &m->group_of, group) ? CT_OK : CT_NOMEM;
}

/* Puts the uses of each group together; within one the order stays. */
static ct_status sort_uses(matcher *m) {
  cti_unit *unit = m->unit;
  cti_use *sorted = CTI_NEW_N(m->plan->arena, cti_use, unit->uses.count);
  if (!sorted) return CT_NOMEM;
  uint32_t first = 0;
  for (uint32_t i = 0; i < unit->groups.count; i++) {
    unit->groups.items[i].first = first;
    first += unit->groups.items[i].count;
    unit->groups.items[i].count = 0;
  }
  for (uint32_t i = 0; i < unit->uses.count; i++) {
    cti_use_group *group = &unit->groups.items[m->group_of.items[i]];
    sorted[group->first + group->count++] = unit->uses.items[i];
  }
  unit->uses.items = sorted;
  unit->uses.capacity = unit->uses.count;
  return CT_OK;
}

/* ---- libraries: what `link` arranged comes first */

static const cti_library_arg *library_arg(const cti_unit *unit, ct_slice module) {
  for (uint32_t i = 0; i < unit->arg_count; i++)
    if (cti_slice_eq(unit->args[i].module, module)) return &unit->args[i];
  return NULL;
}

/* True when the import is met by an argument of the library: as a use, or by the instance as a whole. */
static ct_status match_library_arg(bool *done, matcher *m, cti_lookup *l) {
  const cti_library_arg *arg = library_arg(m->unit, l->import->module);
  *done = arg && arg->is_whole;
  if (*done) {
    uint32_t group;
    CTI_TRY(group_of(&group, m, l->import->module));
    m->unit->groups.items[group].source = CTI_GROUP_UNIT;
    m->unit->groups.items[group].unit = arg->unit;
    return CT_OK;
  }
  uint32_t place = arg ? cti_map_get(&arg->by_alias, l->import->name) : CTI_MAP_NONE;
  if (place == CTI_MAP_NONE) return CT_OK;
  *done = true;
  found_item(l, arg->items[place].unit, arg->items[place].name);
  return add_use(m, &l->use, l->import);
}

static ct_status match_one(matcher *m, uint32_t index) {
  const cti_import *import = &m->unit->module.imports.items[index];
  cti_lookup l = {.plan = m->plan, .unit = m->unit, .import = import};
  l.field = import->name;
  l.use = (cti_use){.import = index, .item = CTI_WIT_NONE, .interface = CTI_WIT_NONE, .type = CTI_WIT_NONE, .lowered = UINT32_MAX};
  if (import->type.kind == CTI_EXTERN_FUNC) l.type = cti_module_type_func(&m->unit->module, import->type.type);
  bool done = false;
  CTI_TRY(match_library_arg(&done, m, &l));
  if (done) return CT_OK;
  cti_found result = match_import(&l);
  if (m->plan->arena->error->status != CT_OK) return m->plan->arena->error->status;
  return result == CTI_FOUND ? add_use(m, &l.use, import) : cti_unmet_import(&l, result);
}

ct_status cti_match_imports(cti_plan *plan, uint32_t unit) {
  matcher m = {.plan = plan, .unit = &plan->units.items[unit]};
  if (unit != 0 && plan->main_exports.count == 0) CTI_TRY(map_main_exports(plan));
  for (uint32_t i = 0; i < m.unit->module.imports.count; i++) CTI_TRY(match_one(&m, i));
  return sort_uses(&m);
}
