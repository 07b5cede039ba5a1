/* emit_imports.c - the component's imports. Flows in: the world, what of it is wanted and lives. Flows out: an instance type and an import for each
 * interface that is used, then types of the world, then its functions. */
#include "compose/emit.h"

#include "compose/wit_encode.h"

static ct_status failed(const cti_plan *plan) { return plan->arena->error->status; }

/* Inside an instance type, a type of another interface is reached through an alias outside. */
static uint32_t import_type(cti_type_encoder *types, uint32_t type) {
  uint32_t outside = cti_alias_type(types->context, type);
  return outside == UINT32_MAX ? UINT32_MAX : cti_build_alias_outer(types->scope, CTI_SORT_TYPE, 1, outside);
}

static ct_status declare_func(cti_plan *plan, cti_type_encoder *types, const cti_wit_func *func) {
  cti_externtype type = {.sort = CTI_SORT_FUNC};
  CTI_TRY(cti_encode_func_type(&type.index, types, func));
  cti_extern_name name = cti_extern_name_make(func->name, func->external_id, plan->arena);
  return cti_build_type_export(types->scope, &name, type) == UINT32_MAX ? failed(plan) : CT_OK;
}

/* The types that live, and the functions that are wanted. */
static ct_status declare_interface(cti_plan *plan, cti_component *decls, const cti_world_item *item, uint32_t place) {
  const cti_wit_interface *interface = &plan->resolve.interfaces.items[item->interface];
  const cti_ids *live = &plan->live_types[item->interface];
  cti_type_maps maps = {0};
  cti_type_encoder types = {.resolve = &plan->resolve, .scope = decls, .arena = plan->arena, .maps = &maps, .naming = CTI_NAMING_DECLARE, .interface = item->interface, .import_type = import_type, .context = plan};
  for (uint32_t i = 0; i < live->count; i++) {
    cti_valtype ignored;
    CTI_TRY(cti_encode_valtype(&ignored, &types, cti_valtype_def(live->items[i])));
  }
  for (uint32_t i = 0; i < interface->funcs.count; i++)
    if (plan->wanted[plan->import_base[place] + i]) CTI_TRY(declare_func(plan, &types, &interface->funcs.items[i]));
  return CT_OK;
}

/* The name that --import-name gives, or the interface's own; `title` is the one with the whole version. */
static cti_extern_name imported_name(ct_slice *title, cti_plan *plan, const cti_world_item *item) {
  cti_extern_name name = cti_world_item_extern_name(&plan->resolve, item, plan->options->canonical_names);
  *title = cti_world_item_name(&plan->resolve, item);
  uint32_t place = cti_map_get(&plan->import_renames, *title);
  if (place == CTI_MAP_NONE) return name;
  plan->rename_used[place] = true;
  *title = name.name = cti_slice_str(plan->options->import_names[place].new_name);
  cti_name_attributes attributes = *cti_attributes_of(&name);
  attributes.version_suffix = (ct_slice){NULL, 0};
  cti_extern_name_set(&name, attributes, plan->arena);
  return name;
}

static ct_status emit_interface(cti_plan *plan, const cti_world_item *item, uint32_t place) {
  cti_component *decls = CTI_NEW(plan->arena, cti_component);
  if (!decls) return CT_NOMEM;
  cti_component_init(decls, plan->arena);
  CTI_TRY(declare_interface(plan, decls, item, place));
  if (decls->items.count == 0) {
    cti_plan_note(plan, "interface \"%.*s\" is not used: not imported", CTI_S(cti_world_item_name(&plan->resolve, item)));
    return failed(plan);
  }
  cti_ctype type = {.kind = CTI_CTYPE_INSTANCE, .decls = decls};
  ct_slice title;
  cti_extern_name name = imported_name(&title, plan, item);
  uint32_t index = cti_build_type(&plan->component, &type);
  cti_name_item(plan, cti_format(plan->arena, "ty-%.*s", CTI_S(title)));
  if (index == UINT32_MAX) return failed(plan);
  plan->instances[item->interface] = cti_build_import(&plan->component, &name, (cti_externtype){.sort = CTI_SORT_INSTANCE, .index = index});
  cti_plan_note(plan, "import \"%.*s\"", CTI_S(name.name));
  return failed(plan);
}

static ct_status emit_func(cti_plan *plan, const cti_world_item *item, uint32_t place) {
  if (!plan->wanted[plan->import_base[place]]) return CT_OK;
  cti_type_encoder types = cti_root_types(plan, CTI_WIT_NONE, true);
  cti_externtype type = {.sort = CTI_SORT_FUNC};
  CTI_TRY(cti_encode_func_type(&type.index, &types, &item->func));
  cti_extern_name name = cti_world_item_extern_name(&plan->resolve, item, false);
  plan->imported_funcs[place] = cti_build_import(&plan->component, &name, type);
  cti_plan_note(plan, "import function `%.*s`", CTI_S(name.name));
  return failed(plan);
}

static ct_status emit_type(cti_plan *plan, const cti_world_item *item) {
  cti_type_encoder types = cti_root_types(plan, CTI_WIT_NONE, true);
  cti_valtype ignored;
  return cti_encode_valtype(&ignored, &types, cti_valtype_def(item->type));
}

ct_status cti_emit_imports(cti_plan *plan) {
  const cti_world_items *imports = &cti_plan_world(plan)->imports;
  for (uint32_t i = 0; i < imports->count; i++)
    if (imports->items[i].kind == CTI_WORLD_INTERFACE) CTI_TRY(emit_interface(plan, &imports->items[i], i));
  for (uint32_t i = 0; i < imports->count; i++)
    if (imports->items[i].kind == CTI_WORLD_TYPE) CTI_TRY(emit_type(plan, &imports->items[i]));
  for (uint32_t i = 0; i < imports->count; i++)
    if (imports->items[i].kind == CTI_WORLD_FUNC) CTI_TRY(emit_func(plan, &imports->items[i], i));
  return CT_OK;
}
