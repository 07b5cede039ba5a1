/* emit_core.c - core modules and their instances. Flows in: the units, the shims. Flows out, in this order: the modules; the shim, instantiated; the
 * resources that the world exports, with their destructors in the shim; the main module, then adapters and libraries, instantiated with what they import;
 * the fixup, which fills the shim. */
#include "compose/emit.h"
#include "compose/layout.h"
#include "compose/units.h"

static ct_status failed(const cti_plan *plan) { return plan->arena->error->status; }

/* ---- modules */

static ct_status emit_modules(cti_plan *plan) {
  for (uint32_t i = 0; i < plan->units.count; i++) {
    cti_unit *unit = &plan->units.items[i];
    if (!unit->is_used || cti_is_fused(plan, i)) continue;
    unit->item = plan->component.items.count; /* its pieces take the place of what stands there */
    unit->module_index = cti_build_core_module(&plan->component, (ct_slice){NULL, 0});
    cti_name_item(plan, cti_unit_debug_name(plan, unit));
  }
  return failed(plan);
}

/* A made module and its instance, in one go. */
static uint32_t emit_made(cti_plan *plan, ct_slice bytes, ct_slice module_name, const cti_named_index *args, uint32_t count, ct_slice instance_name) {
  uint32_t module = cti_build_core_module(&plan->component, bytes);
  cti_name_item(plan, module_name);
  uint32_t instance = cti_build_core_instantiate(&plan->component, module, args, count);
  cti_name_item(plan, instance_name);
  return instance;
}

/* The argument by which the shim gets the adapter's own memory; none without one. */
static ct_status emit_own_memory(cti_named_index *arg, cti_plan *plan) {
  const ct_slice name = CTI_LIT("adapter-memory");
  ct_slice bytes;
  if (!plan->is_separate) return CT_OK;
  CTI_TRY(cti_make_own_memory(&bytes, plan));
  *arg = (cti_named_index){.name = {.name = CTI_LIT(CTI_SHIM_OWN)}, .item = {CTI_SORT_CORE_INSTANCE, emit_made(plan, bytes, name, NULL, 0, name)}};
  plan->own_memory = cti_emit_core_alias(plan, name, arg->item.index, CTI_LIT(CTI_SHIM_OWN), CTI_SORT_CORE_MEMORY);
  return failed(plan);
}

static ct_status emit_main_table(cti_plan *plan) {
  const ct_slice name = CTI_LIT("main-table");
  ct_slice bytes;
  if (!plan->units.items[0].drops_table) return CT_OK;
  CTI_TRY(cti_make_main_table(&bytes, plan));
  plan->table_instance = emit_made(plan, bytes, name, NULL, 0, name);
  return failed(plan);
}

static ct_status emit_shim_instance(cti_plan *plan) {
  ct_slice shim;
  cti_named_index *own = CTI_NEW(plan->arena, cti_named_index);
  if (!own) return CT_NOMEM;
  CTI_TRY(cti_make_shim_module(&shim, plan));
  if (!shim.data) return CT_OK;
  CTI_TRY(emit_own_memory(own, plan));
  plan->shim_instance = emit_made(plan, shim, CTI_LIT("wit-component-shim-module"), own, plan->is_separate, CTI_LIT("wit-component-shim-instance"));
  if (cti_memory_is_early(plan)) plan->memory = cti_emit_core_alias(plan, CTI_LIT("memory"), plan->shim_instance, CTI_LIT(CTI_SHIM_MEMORY), CTI_SORT_CORE_MEMORY);
  cti_plan_note(plan, plan->is_direct ? "the first module has %u functions: what is needed before it exists" : "a shim of %u functions: what is needed before it exists", plan->shims.count);
  return failed(plan);
}

/* ---- resources of the exports, and the other types of their interfaces */

static ct_status emit_resource(cti_plan *plan, uint32_t unit, uint32_t type) {
  const cti_unit *u = &plan->units.items[unit];
  cti_ctype resource = {.kind = CTI_CTYPE_RESOURCE, .rep = CTI_VT_I32, .dtor = UINT32_MAX};
  uint32_t offer = cti_map_get_u64(&u->dtors, type);
  if (offer != CTI_MAP_NONE) {
    uint32_t place = cti_shim_of_dtor(plan, unit, u->offers.items[offer].name);
    if (place == CTI_WIT_NONE) return cti_fail(plan->arena->error, CT_INTERNAL, CT_NO_OFFSET, "no shim was made for a destructor");
    const cti_shim *shim = &plan->shims.items[place];
    resource.dtor = cti_emit_core_alias(plan, shim->debug_name, plan->shim_instance, shim->label, CTI_SORT_CORE_FUNC);
  }
  uint32_t index = cti_build_type(&plan->component, &resource);
  cti_name_item(plan, plan->resolve.names.items[type].name);
  return failed(plan) ? failed(plan) : cti_map_set_u64(&plan->type_maps.types, plan->arena, type, cti_valtype_def(index).word);
}

static ct_status emit_interface_types(cti_plan *plan, uint32_t unit, uint32_t id) {
  const cti_wit_interface *interface = &plan->resolve.interfaces.items[id];
  for (uint32_t i = 0; i < interface->types.count; i++) {
    uint32_t type = interface->types.items[i];
    cti_valtype ignored;
    if (plan->resolve.types.defs.items[type].kind == CTI_DEF_RESOURCE) {
      CTI_TRY(emit_resource(plan, unit, type));
      continue;
    }
    cti_type_encoder types = cti_root_types(plan, id, false);
    CTI_TRY(cti_encode_valtype(&ignored, &types, cti_valtype_def(type)));
  }
  return CT_OK;
}

static ct_status emit_export_types(cti_plan *plan) {
  const cti_world_items *exports = &cti_plan_world(plan)->exports;
  for (uint32_t unit = 0; unit < plan->units.count; unit++) {
    const cti_unit *u = &plan->units.items[unit];
    for (uint32_t i = 0; i < u->exports.count; i++) { /* of an adapter that is left out, too: it may export types alone */
      const cti_world_item *item = &exports->items[u->exports.items[i]];
      if (item->kind == CTI_WORLD_INTERFACE) CTI_TRY(emit_interface_types(plan, unit, item->interface));
    }
  }
  return CT_OK;
}

/* ---- instances */

/* What the main module and a fused adapter have of each other, and the memory, which the main module's part imports, are no imports of both. */
static bool is_inside(const cti_plan *plan, uint32_t unit, const cti_use *use) {
  if (use->kind == CTI_USE_ADAPTER) return cti_is_fused(plan, use->unit);
  return cti_is_fused(plan, unit) && (use->kind == CTI_USE_ITEM || use->kind == CTI_USE_MEMORY);
}

static bool is_all_inside(const cti_plan *plan, uint32_t unit, const cti_use_group *group) {
  for (uint32_t i = 0; i < group->count; i++)
    if (!is_inside(plan, unit, &plan->units.items[unit].uses.items[group->first + i])) return false;
  return group->count > 0;
}

static ct_status group_instance(uint32_t *out, cti_plan *plan, uint32_t unit, const cti_use_group *group) {
  cti_named_index *items = CTI_NEW_N(plan->arena, cti_named_index, group->count);
  if (!items) return CT_NOMEM;
  if (cti_comes_first(plan, unit)) CTI_TRY(cti_emit_lowered_funcs(plan, plan->units.items[unit].uses.items + group->first, group->count));
  uint32_t count = 0;
  for (uint32_t i = 0; i < group->count; i++) {
    const cti_use *use = &plan->units.items[unit].uses.items[group->first + i];
    if (is_inside(plan, unit, use)) continue;
    items[count].name.name = use->field;
    CTI_TRY(cti_emit_use(&items[count++].item, plan, unit, use));
  }
  *out = cti_build_core_exports(&plan->component, items, count);
  cti_name_item(plan, group->module);
  return failed(plan);
}

static ct_status group_arg(uint32_t *out, cti_plan *plan, uint32_t unit, const cti_use_group *group) {
  switch (group->source) {
  case CTI_GROUP_USES: return group_instance(out, plan, unit, group);
  case CTI_GROUP_UNIT: *out = plan->units.items[group->unit].instance_index; break;
  case CTI_GROUP_FIRST: *out = plan->shim_instance; break;
  case CTI_GROUP_TABLE: *out = plan->table_instance; break;
  }
  return CT_OK;
}

static ct_status add_args(cti_named_index *args, uint32_t *count, cti_plan *plan, uint32_t unit) {
  const cti_unit *u = &plan->units.items[unit];
  for (uint32_t i = 0; i < u->groups.count; i++) {
    const cti_use_group *group = &u->groups.items[i];
    cti_named_index *arg = &args[*count];
    if (is_all_inside(plan, unit, group)) continue;
    arg->name.name = group->module;
    arg->item.sort = CTI_SORT_CORE_INSTANCE;
    CTI_TRY(group_arg(&arg->item.index, plan, unit, group));
    (*count)++;
  }
  return CT_OK;
}

/* With a fused adapter the main module's instance is that of both. */
static ct_status instantiate(cti_plan *plan, uint32_t unit) {
  const cti_unit *u = &plan->units.items[unit];
  const cti_unit *guest = unit == 0 && plan->is_fused ? &plan->units.items[1] : NULL;
  uint32_t count = 0;
  cti_named_index *args = CTI_NEW_N(plan->arena, cti_named_index, u->groups.count + (guest ? guest->groups.count : 0));
  if (!args) return CT_NOMEM;
  CTI_TRY(add_args(args, &count, plan, unit));
  if (guest) CTI_TRY(add_args(args, &count, plan, 1));
  plan->units.items[unit].instance_index = cti_build_core_instantiate(&plan->component, u->module_index, args, count);
  if (guest) plan->units.items[1].instance_index = plan->units.items[unit].instance_index;
  cti_name_item(plan, u->name);
  return failed(plan);
}

static ct_status instantiate_units(cti_plan *plan) {
  const cti_unit *main_unit = &plan->units.items[0];
  for (uint32_t i = 1; i < plan->units.count; i++)
    if (plan->units.items[i].is_used && cti_comes_first(plan, i) && !cti_is_fused(plan, i)) CTI_TRY(instantiate(plan, i));
  CTI_TRY(instantiate(plan, 0));
  uint32_t place = main_unit->first_of[CTI_ROLE_MEMORY];
  if (plan->memory == UINT32_MAX && place != CTI_WIT_NONE)
    plan->memory = cti_emit_core_alias(plan, CTI_LIT("memory"), main_unit->instance_index, main_unit->offers.items[place].name, CTI_SORT_CORE_MEMORY);
  for (uint32_t i = 1; i < plan->units.count; i++)
    if (plan->units.items[i].is_used && !cti_comes_first(plan, i)) CTI_TRY(instantiate(plan, i));
  return failed(plan);
}

/* ---- the fixup */

static ct_status actual_instance(uint32_t *out, cti_plan *plan) {
  cti_named_index *items = CTI_NEW_N(plan->arena, cti_named_index, plan->shims.count);
  if (!items) return CT_NOMEM;
  for (uint32_t i = 0; i < plan->shims.count; i++) {
    const cti_shim *shim = &plan->shims.items[i];
    items[i].name.name = shim->label;
    items[i].item = (cti_sort_index){CTI_SORT_CORE_FUNC, cti_emit_shim(plan, shim)};
    if (failed(plan)) return failed(plan);
  }
  *out = cti_build_core_exports(&plan->component, items, plan->shims.count);
  cti_name_item(plan, CTI_LIT("actual"));
  return failed(plan);
}

static ct_status fixup_arg(uint32_t *out, cti_plan *plan, const cti_fixup_instance *from) {
  switch (from->source) {
  case CTI_FIXUP_SHIM: *out = plan->shim_instance; return CT_OK;
  case CTI_FIXUP_UNIT: *out = plan->units.items[from->unit].instance_index; return CT_OK;
  case CTI_FIXUP_ACTUAL: break;
  }
  return actual_instance(out, plan);
}

/* From now on the wrappers are what is called. */
static ct_status register_hooked(cti_plan *plan, const cti_fixup *fixup, uint32_t instance) {
  for (uint32_t i = 0; i < fixup->hooked.count; i++) {
    const cti_hooked *hooked = &fixup->hooked.items[i];
    if (hooked->unit == CTI_WIT_NONE) continue;
    ct_slice label = cti_format(plan->arena, "hook%u", i), key = cti_key_of(plan->arena, hooked->unit, hooked->name);
    if (!label.data || !key.data) return failed(plan);
    CTI_TRY(cti_map_set(&plan->hooked, plan->arena, key, cti_emit_core_alias(plan, label, instance, label, CTI_SORT_CORE_FUNC)));
  }
  return failed(plan);
}

static ct_status instantiate_fixup(cti_plan *plan, const cti_fixup *fixup, ct_slice bytes) {
  cti_named_index *args = CTI_NEW_N(plan->arena, cti_named_index, fixup->instances.count);
  uint32_t module = cti_build_core_module(&plan->component, bytes);
  if (!args || failed(plan)) return failed(plan);
  cti_name_item(plan, CTI_LIT("wit-component-fixup"));
  for (uint32_t i = 0; i < fixup->instances.count; i++) {
    args[i].name.name = fixup->instances.items[i].name;
    args[i].item.sort = CTI_SORT_CORE_INSTANCE;
    CTI_TRY(fixup_arg(&args[i].item.index, plan, &fixup->instances.items[i]));
  }
  uint32_t instance = cti_build_core_instantiate(&plan->component, module, args, fixup->instances.count);
  cti_name_item(plan, CTI_LIT("fixup"));
  return failed(plan) ? failed(plan) : register_hooked(plan, fixup, instance);
}

static ct_status emit_fixup(cti_plan *plan) {
  cti_fixup fixup;
  ct_slice bytes;
  if (plan->fills_itself) return CT_OK;
  cti_fixup_init(&fixup, plan);
  CTI_TRY(cti_fixup_add_shims(&fixup));
  CTI_TRY(cti_fixup_add_initialize(&fixup));
  if (plan->add_to_fixup) CTI_TRY(plan->add_to_fixup(plan, &fixup));
  CTI_TRY(cti_fixup_add_task_hooks(&fixup));
  CTI_TRY(cti_fixup_make(&bytes, &fixup));
  return bytes.data ? instantiate_fixup(plan, &fixup, bytes) : CT_OK;
}

ct_status cti_emit_core(cti_plan *plan) {
  CTI_TRY(emit_modules(plan));
  CTI_TRY(emit_main_table(plan));
  CTI_TRY(emit_shim_instance(plan));
  CTI_TRY(emit_export_types(plan));
  CTI_TRY(instantiate_units(plan));
  return emit_fixup(plan);
}
