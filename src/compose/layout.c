/* layout.c - choosing the layout, and what the direct one changes in a plan. Flows in: the matched main module, its adapter, the shims. Flows out: imports of
 * the memory and of tables that are not in the input, uses that are met by the adapter's instance as it is, the slots that each unit fills.
 * Invariant: only what stands in the import, table, memory, start and element sections changes (unit_pieces.c writes them). */
#include "compose/layout.h"

#include "adapter/adapter.h"
#include "compose/adapter_builtin.h"
#include "compose/shim.h"

/* ---- choosing */

/* One memory, defined and exported; an import section to name it in. */
static const char *why_not_import_memory(const cti_unit *main_unit) {
  const cti_module *module = &main_unit->module;
  if (module->memories.count != 1) return module->memories.count ? "the module has several memories" : "the module has no memory";
  if (module->memories.items[0].import != UINT32_MAX) return "the module imports its memory";
  const cti_limits *limits = &module->memories.items[0].type;
  if (limits->is_64) return "the module's memory has addresses of 64 bits";
  if (limits->shared) return "the module's memory is shared between threads";
  if (limits->has_page_log2) return "the module's memory names the size of its pages";
  if (main_unit->first_of[CTI_ROLE_MEMORY] == CTI_WIT_NONE) return "the module exports no memory named \"memory\"";
  return cti_module_section(module, CTI_SECTION_IMPORT) ? NULL : "the module imports nothing";
}

static bool has_group(const cti_unit *unit, ct_slice module) {
  for (uint32_t i = 0; i < unit->groups.count; i++)
    if (cti_slice_eq(unit->groups.items[i].module, module)) return true;
  return false;
}

/* What other tools do not have asks for the direct layout by itself. */
static bool is_as_wasm_tools(const ct_component_new_options *o) { return o->like_wasm_tools && o->layout == CT_LAYOUT_AUTO && !o->fuse_adapter && !o->separate_memory; }

/* Components with the adapters of others are to be the reference's, byte for byte, and so are those without any, unless the user wants it otherwise. */
static const char *why_not_direct(const cti_plan *plan) {
  const cti_unit *main_unit = &plan->units.items[0];
  if (plan->options->layout == CT_LAYOUT_SHIM) return "it was asked for";
  if (is_as_wasm_tools(plan->options)) return "it is that of wasm-tools";
  if (plan->add_to_fixup || plan->units.count > 2 || (plan->units.count == 2 && !plan->units.items[1].is_builtin)) return "there are libraries, or adapters that are not ctool's own";
  if (plan->units.count == 1 && plan->options->layout == CT_LAYOUT_AUTO) return "no adapter is needed";
  if (plan->options->return_call_ref) return "shims call by references";
  if (main_unit->first_of[CTI_ROLE_TASK_HOOK] != CTI_WIT_NONE) return "tasks are hooked";
  if (has_group(main_unit, CTI_LIT(CTI_LAYOUT_FIRST))) return "a name is taken";
  return why_not_import_memory(main_unit);
}

/* An import that the input does not have; what it is met by is a module as a whole. */
static ct_status import_from(cti_plan *plan, cti_unit *unit, cti_group_source source, const char *name, const cti_extern_type *type) {
  static const char *const modules[] = {[CTI_GROUP_FIRST] = CTI_LAYOUT_FIRST, [CTI_GROUP_TABLE] = CTI_MAIN_TABLE};
  cti_import import = {.module = cti_slice_str(modules[source]), .name = cti_slice_str(name), .type = *type, .offset = CT_NO_OFFSET};
  cti_use_group group = {.module = import.module, .source = source, .first = unit->uses.count};
  if (!has_group(unit, import.module) && !cti_vec_push(plan->arena, &unit->groups, group)) return CT_NOMEM;
  unit->has_renamed_imports = true;
  return cti_vec_push(plan->arena, &unit->module.imports, import) ? CT_OK : CT_NOMEM;
}

/* The main module gets the functions that copy, where there are such. */
static ct_status call_from_afar(cti_plan *plan) {
  cti_unit *main_unit = &plan->units.items[0], *adapter = &plan->units.items[1];
  cti_map have = {0};
  for (uint32_t i = 0; i < adapter->module.exports.count; i++) CTI_TRY(cti_map_set(&have, plan->arena, adapter->module.exports.items[i].name, i));
  for (uint32_t i = 0; i < main_unit->uses.count; i++) {
    cti_use *use = &main_unit->uses.items[i];
    if (use->kind != CTI_USE_ADAPTER) continue;
    ct_slice far = cti_format(plan->arena, CTI_ADAPTER_FAR "%.*s", CTI_S(use->source));
    if (!far.data) return plan->arena->error->status;
    if (cti_map_get(&have, far) != CTI_MAP_NONE) use->source = far;
  }
  return CT_OK;
}

static ct_status no_separate_memory(cti_plan *plan, const char *reason) {
  cti_fail(plan->arena->error, CT_COMPOSE_ADAPTER, CT_NO_OFFSET, "the adapter can have no memory of its own, because the layout is that of shims: %s", reason);
  const cti_module *module = &plan->units.items[0].module;
  if (module->memories.count == 1 && !cti_limits_are_plain(&module->memories.items[0].type)) cti_error_hint(plan->arena->error, CTI_ADAPTER_TARGET);
  else cti_error_hint(plan->arena->error, "that takes the direct layout, ctool's own adapter and a module that exports its one memory; --adapter-memory shared is the default");
  return plan->arena->error->status;
}

ct_status cti_layout_choose(cti_plan *plan) {
  cti_unit *main_unit = &plan->units.items[0];
  const char *reason = why_not_direct(plan);
  bool is_wanted = plan->options->layout == CT_LAYOUT_DIRECT || (plan->units.count > 1 && plan->units.items[1].is_builtin);
  plan->is_separate = plan->options->separate_memory && plan->units.count > 1 && plan->units.items[1].is_builtin;
  if (reason && plan->is_separate) return no_separate_memory(plan, reason);
  if (reason && is_wanted) cti_plan_note(plan, "layout: shim, because %s", reason);
  if (reason) return CT_OK;
  cti_extern_type memory = {.kind = CTI_EXTERN_MEMORY, .of = {.memory = main_unit->module.memories.items[0].type}};
  plan->is_direct = main_unit->drops_memory = true;
  plan->is_fused = plan->options->fuse_adapter && plan->units.count > 1 && !plan->is_separate;
  if (plan->is_separate) CTI_TRY(call_from_afar(plan));
  main_unit->imported_memory = &main_unit->module.memories.items[0].type;
  cti_plan_note(plan, plan->is_fused ? "layout: direct, the adapter is a part of the main module" : "layout: direct");
  return import_from(plan, main_unit, CTI_GROUP_FIRST, CTI_SHIM_MEMORY, &memory);
}

/* ---- the adapter's instance is what the main module imports */

/* True when all uses of a group are met by that unit, each name once: then no instance has to be put together for it. */
static ct_status is_met_as_it_is(bool *out, cti_plan *plan, const cti_use_group *group, uint32_t unit) {
  cti_map seen = {0};
  *out = group->count > 0;
  for (uint32_t i = 0; i < group->count && *out; i++) {
    const cti_use *use = &plan->units.items[0].uses.items[group->first + i];
    uint32_t value = i;
    *out = use->kind == CTI_USE_ADAPTER && use->unit == unit;
    if (*out) CTI_TRY(cti_map_add(&seen, plan->arena, use->source, &value, out));
  }
  return CT_OK;
}

static void take_whole(cti_plan *plan, cti_use_group *group, uint32_t unit) {
  cti_unit *main_unit = &plan->units.items[0];
  ct_slice short_name = CTI_LIT("a");
  for (uint32_t i = 0; i < group->count; i++) {
    cti_use *use = &main_unit->uses.items[group->first + i];
    use->field = use->source;
  }
  if (!plan->options->adapter_names && !has_group(main_unit, short_name)) group->module = short_name;
  main_unit->has_renamed_imports = true;
  group->source = CTI_GROUP_UNIT;
  group->unit = unit;
}

/* What is taken of the adapter from outside is an export beside those of the main module. */
static ct_status name_exports_apart(cti_plan *plan, cti_unit *adapter) {
  const cti_module *main_module = &plan->units.items[0].module;
  cti_map taken = {0};
  for (uint32_t i = 0; i < main_module->exports.count; i++) CTI_TRY(cti_map_set(&taken, plan->arena, main_module->exports.items[i].name, i));
  for (uint32_t i = 0, number = 0; i < adapter->module.exports.count; i++) {
    cti_export *export_ = &adapter->module.exports.items[i];
    ct_slice old = export_->name;
    do {
      export_->name = cti_format(plan->arena, "+%u", number++);
      if (!export_->name.data) return plan->arena->error->status;
    } while (cti_map_get(&taken, export_->name) != CTI_MAP_NONE);
    for (uint32_t k = 0; k < adapter->offers.count; k++)
      if (cti_slice_eq(adapter->offers.items[k].name, old)) adapter->offers.items[k].name = export_->name;
    for (uint32_t k = 0; k < plan->units.items[0].uses.count; k++) {
      cti_use *use = &plan->units.items[0].uses.items[k];
      if (use->kind == CTI_USE_ADAPTER && cti_slice_eq(use->source, old)) use->source = export_->name;
    }
  }
  return CT_OK;
}

/* The adapter's imports stand in one group, beside those of the main module. */
static ct_status name_group_apart(cti_plan *plan, cti_unit *adapter) {
  cti_use_group *group = adapter->groups.count ? &adapter->groups.items[0] : NULL;
  for (uint32_t number = 0; group && has_group(&plan->units.items[0], group->module); number++) {
    group->module = cti_format(plan->arena, "+%u", number);
    if (!group->module.data) return plan->arena->error->status;
  }
  return CT_OK;
}

ct_status cti_layout_join_adapter(cti_plan *plan, uint32_t unit) {
  if (!cti_comes_first(plan, unit)) return CT_OK;
  if (plan->is_fused) {
    CTI_TRY(name_exports_apart(plan, &plan->units.items[unit]));
    return name_group_apart(plan, &plan->units.items[unit]);
  }
  for (uint32_t i = 0; i < plan->units.items[0].groups.count; i++) {
    cti_use_group *group = &plan->units.items[0].groups.items[i];
    bool is_met;
    CTI_TRY(is_met_as_it_is(&is_met, plan, group, unit));
    if (is_met) take_whole(plan, group, unit);
  }
  return CT_OK;
}

/* ---- the table: who fills it */

static uint32_t count_fillings(const cti_plan *plan, uint32_t unit) {
  uint32_t count = 0;
  if (plan->is_fused) return unit == 0 ? plan->shims.count : 0;
  for (uint32_t i = 0; i < plan->shims.count; i++) count += plan->shims.items[i].unit == unit;
  return count;
}

/* No table, or one that another module can have. */
static bool can_import_table(const cti_unit *main_unit) {
  const cti_module *module = &main_unit->module;
  if (module->tables.count == 0) return true;
  if (has_group(main_unit, CTI_LIT(CTI_MAIN_TABLE))) return false;
  const cti_table *table = &module->tables.items[0];
  return module->tables.count == 1 && table->import == UINT32_MAX && table->type.element == CTI_VT_FUNCREF && !table->init.bytes.size && cti_limits_are_plain(&table->type.limits);
}

/* Is everything that waits an export of a unit, and can the main module do without a fixup? */
static bool can_fill_itself(const cti_plan *plan) {
  const cti_unit *main_unit = &plan->units.items[0];
  if (!plan->is_direct) return false;
  for (uint32_t i = 0; i < plan->shims.count; i++)
    if (plan->shims.items[i].kind != CTI_SHIM_EXPORT && plan->shims.items[i].kind != CTI_SHIM_DTOR) return false;
  if (main_unit->first_of[CTI_ROLE_INITIALIZE] != CTI_WIT_NONE && cti_module_section(&main_unit->module, CTI_SECTION_START)) return false;
  return count_fillings(plan, 0) == 0 || can_import_table(main_unit);
}

/* Exported functions by name: index. */
static ct_status map_funcs(cti_map *out, cti_plan *plan, const cti_module *module) {
  for (uint32_t i = 0; i < module->exports.count; i++) {
    uint32_t func = module->exports.items[i].index;
    bool added;
    if (module->exports.items[i].kind == CTI_EXTERN_FUNC) CTI_TRY(cti_map_add(out, plan->arena, module->exports.items[i].name, &func, &added));
  }
  return CT_OK;
}

/* The main module's own table is that of a module by itself then, as it was, and stays table 0; its code cannot name what comes behind. */
static ct_status import_own_table(cti_plan *plan) {
  cti_unit *main_unit = &plan->units.items[0];
  main_unit->drops_table = main_unit->module.tables.count > 0;
  if (!main_unit->drops_table) return CT_OK;
  cti_extern_type own = {.kind = CTI_EXTERN_TABLE, .of = {.table = main_unit->module.tables.items[0].type}};
  return import_from(plan, main_unit, CTI_GROUP_TABLE, CTI_MAIN_TABLE, &own);
}

/* The unit imports the table of the slots and fills those that are its. */
static ct_status fill_slots(cti_plan *plan, uint32_t unit) {
  cti_unit *u = &plan->units.items[unit];
  cti_extern_type table = {.kind = CTI_EXTERN_TABLE, .of = {.table = cti_slot_table(plan)}};
  bool imports = count_fillings(plan, unit) > 0;
  cti_map funcs = {0};
  if (imports && unit == 0) CTI_TRY(import_own_table(plan));
  if (imports) CTI_TRY(import_from(plan, u, CTI_GROUP_FIRST, CTI_SHIM_TABLE, &table));
  if (plan->shims.count) CTI_TRY(map_funcs(&funcs, plan, &u->module));
  for (uint32_t i = 0; i < plan->shims.count; i++) {
    const cti_shim *shim = &plan->shims.items[i];
    if (shim->unit != unit) continue;
    cti_slot slot = {i, cti_map_get(&funcs, shim->name)};
    if (slot.func == CTI_MAP_NONE) return cti_fail(plan->arena->error, CT_INTERNAL, CT_NO_OFFSET, "\"%.*s\" is to be called early, but is no export", CTI_S(shim->name));
    if (!cti_vec_push(plan->arena, &u->slots, slot)) return CT_NOMEM;
  }
  return CT_OK;
}

ct_status cti_layout_settle(cti_plan *plan) {
  cti_unit *main_unit = &plan->units.items[0];
  uint32_t place = main_unit->first_of[CTI_ROLE_INITIALIZE];
  plan->fills_itself = can_fill_itself(plan);
  if (!plan->fills_itself) return CT_OK;
  for (uint32_t i = 0; i < plan->units.count; i++) CTI_TRY(fill_slots(plan, i));
  if (place != CTI_WIT_NONE) main_unit->start = main_unit->module.exports.items[main_unit->offers.items[place].export_].index;
  return CT_OK;
}
