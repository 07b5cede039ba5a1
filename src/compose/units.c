/* units.c - modules into the plan. Flows in: bytes of core modules. Flows out: their interfaces, and one world that is the union of those in their
 * component-type sections. */
#include "compose/units.h"

#include "compose/world_use.h"
#include "wit/wit_print.h"
#include "wit/wit_transform.h"
#include "wit/wit_world.h"

ct_status cti_plan_init(cti_plan *plan, const ct_component_new_options *options, cti_arena *arena) {
  *plan = (cti_plan){.arena = arena, .options = options, .memory = UINT32_MAX, .own_memory = UINT32_MAX, .shim_instance = UINT32_MAX, .table_instance = UINT32_MAX};
  CTI_TRY(cti_bindings_init(&plan->bindings, arena));
  cti_component_init(&plan->component, arena);
  if (!cti_vec_push(arena, &plan->units, ((cti_unit){.kind = CTI_UNIT_MAIN, .name = CTI_LIT("main"), .is_used = true, .start = UINT32_MAX}))) return CT_NOMEM;
  plan->rename_used = CTI_NEW_N(arena, bool, options->import_name_count);
  if (!plan->rename_used) return CT_NOMEM;
  for (uint32_t i = 0; i < options->import_name_count; i++) CTI_TRY(cti_map_set(&plan->import_renames, arena, cti_slice_str(options->import_names[i].old_name), i));
  return CT_OK;
}

/* Encodings and producers are each unit's own, the world is shared. */
static void start_unit(cti_bindings *bindings) {
  bindings->producers = (cti_producers){0};
  bindings->encoding = CTI_ENCODING_UTF8;
  bindings->mixed = false;
  bindings->import_encodings = bindings->export_encodings = (cti_map){0};
  bindings->section_count = 0;
}

static ct_status located(cti_plan *plan, const cti_unit *unit, ct_status status) {
  if (status == CT_OK) return status;
  if (unit->kind != CTI_UNIT_MAIN) cti_error_trail(plan->arena->error, "%s \"%.*s\"", unit->kind == CTI_UNIT_ADAPTER ? "adapter" : "library", CTI_S(unit->name));
  if (unit->file.size) cti_error_file(plan->arena->error, unit->file);
  return status;
}

/* Worlds that two modules, or two sections of one, ask for in different forms. What several sections of the main module ask for stands in the order of one
 * world before adapters add to it. */
static ct_status read_sections(cti_plan *plan, cti_unit *unit) {
  cti_dep_cache deps = {.resolve = &plan->bindings.resolve, .arena = plan->arena};
  start_unit(&plan->bindings);
  CTI_TRY(cti_bindings_add_module(&plan->bindings, &unit->module, &unit->exports));
  for (size_t i = 0; unit->kind == CTI_UNIT_MAIN && i < plan->options->component_type_count; i++)
    CTI_TRY(cti_bindings_add(&plan->bindings, plan->options->component_types[i], 0, &unit->exports));
  if (unit->kind == CTI_UNIT_MAIN && plan->bindings.section_count > 1) CTI_TRY(cti_elaborate_world(&deps, plan->bindings.world));
  unit->bindings = plan->bindings;
  return CT_OK;
}

static ct_status read_unit(cti_plan *plan, cti_unit *unit) {
  uint32_t worlds = plan->bindings.resolve.worlds.count;
  CTI_TRY(cti_module_decode_interface(&unit->module, unit->bytes, 0, plan->arena));
  CTI_TRY(read_sections(plan, unit));
  unit->world = plan->bindings.resolve.worlds.count == worlds + 1 ? worlds : CTI_WIT_NONE;
  cti_plan_note(plan, "%.*s: %u imports, %u exports, %u component-type sections", CTI_S(unit->name), unit->module.imports.count, unit->module.exports.count,
                (unsigned)unit->bindings.section_count);
  return CT_OK;
}

ct_slice cti_whose(cti_plan *plan, const cti_unit *unit) {
  if (unit->kind == CTI_UNIT_MAIN) return CTI_LIT("");
  return cti_format(plan->arena, "%s \"%.*s\": ", unit->kind == CTI_UNIT_ADAPTER ? "adapter" : "library", CTI_S(unit->name));
}

ct_slice cti_unit_debug_name(cti_plan *plan, const cti_unit *unit) {
  return unit->kind == CTI_UNIT_ADAPTER ? CTI_JOIN(plan->arena, CTI_LIT(CTI_ADAPTER_PREFIX), unit->name) : unit->name;
}

ct_slice cti_object_text(cti_plan *plan, const cti_unit *unit, ct_slice module, ct_slice name) {
  const ct_component_new_options *o = plan->options;
  if (unit->kind != CTI_UNIT_MAIN || !o->object_of) return CTI_LIT("");
  ct_slice module_text = CTI_JOIN(plan->arena, module), name_text = CTI_JOIN(plan->arena, name);
  if (!module_text.data || !name_text.data) return CTI_LIT("");
  const char *object = o->object_of(o->context, module.data ? (const char *)module_text.data : NULL, (const char *)name_text.data);
  return object ? cti_format(plan->arena, " of %s", object) : CTI_LIT("");
}

ct_slice cti_func_text(cti_plan *plan, const cti_wit_func *func) {
  cti_buf line = {0};
  cti_wit_print_func(&plan->resolve, func, &line); /* fails with memory alone */
  return cti_take(&line, plan->arena);
}

ct_slice cti_world_title(cti_plan *plan, const cti_unit *unit) {
  if (unit->world != CTI_WIT_NONE) return cti_format(plan->arena, "world \"%.*s\"", CTI_S(cti_world_id(&plan->resolve, unit->world)));
  return unit->bindings.section_count ? CTI_LIT("the world of all component-type sections") : CTI_LIT("the world");
}

ct_status cti_add_unit(cti_plan *plan, cti_unit_kind kind, ct_slice name, ct_slice file, ct_slice bytes) {
  uint32_t id = plan->units.count, value = id;
  bool added;
  CTI_TRY(cti_map_add(&plan->unit_ids, plan->arena, name, &value, &added));
  if (!added) {
    cti_fail(plan->arena->error, CT_COMPOSE_ADAPTER, CT_NO_OFFSET, "two adapters are called \"%.*s\"", CTI_S(name));
    cti_error_hint(plan->arena->error, "give each the module name that it stands for: --adapt NAME=FILE");
    return plan->arena->error->status;
  }
  if (!cti_vec_push(plan->arena, &plan->units, ((cti_unit){.kind = kind, .name = name, .file = file, .bytes = bytes, .start = UINT32_MAX}))) return CT_NOMEM;
  cti_unit *unit = &plan->units.items[id];
  return located(plan, unit, read_unit(plan, unit));
}

ct_status cti_set_main(cti_plan *plan, ct_slice file, ct_slice bytes) {
  cti_unit *unit = &plan->units.items[0];
  unit->file = file;
  unit->bytes = bytes;
  return located(plan, unit, read_unit(plan, unit));
}

static ct_status fill_indices(uint32_t **out, cti_arena *arena, uint32_t count) {
  *out = cti_alloc_raw(arena, count, sizeof **out);
  if (!*out) return CT_NOMEM;
  memset(*out, 0xff, count * sizeof **out);
  return CT_OK;
}

/* One import for compatible versions. That puts exports into their final order, too, so units are told the new places of theirs. */
static ct_status merge_imports(cti_plan *plan) {
  const cti_world_items *exports = &cti_plan_world(plan)->exports;
  ct_slice *names = CTI_NEW_N(plan->arena, ct_slice, exports->count);
  cti_map places = {0};
  if (!names) return CT_NOMEM;
  for (uint32_t i = 0; i < exports->count; i++) names[i] = cti_world_item_name(&plan->resolve, &exports->items[i]);
  CTI_TRY(cti_world_merge_imports(&plan->resolve, plan->world, true));
  exports = &cti_plan_world(plan)->exports;
  for (uint32_t i = 0; i < exports->count; i++) CTI_TRY(cti_map_set(&places, plan->arena, cti_world_item_name(&plan->resolve, &exports->items[i]), i));
  for (uint32_t i = 0; i < plan->units.count; i++) {
    cti_ids *own = &plan->units.items[i].exports;
    for (uint32_t k = 0; k < own->count; k++) {
      uint32_t place = cti_map_get(&places, names[own->items[k]]);
      if (place == CTI_MAP_NONE) return cti_fail(plan->arena->error, CT_INTERNAL, CT_NO_OFFSET, "the merged world has lost its export \"%.*s\"", CTI_S(names[own->items[k]]));
      own->items[k] = place;
    }
  }
  return plan->arena->error->status;
}

ct_status cti_settle_world(cti_plan *plan) {
  plan->resolve = plan->bindings.resolve;
  plan->world = plan->bindings.world;
  if (!plan->options->keep_import_versions) CTI_TRY(merge_imports(plan));
  if (plan->options->canonical_names) CTI_TRY(cti_check_canonical_names(&plan->resolve, plan->world));
  CTI_TRY(cti_world_nominalize(&plan->resolve, plan->world));
  cti_abi_init(&plan->abi, &plan->resolve.types, plan->arena, CTI_FLAT_I32);
  CTI_TRY(fill_indices(&plan->instances, plan->arena, plan->resolve.interfaces.count));
  CTI_TRY(fill_indices(&plan->imported_funcs, plan->arena, cti_plan_world(plan)->imports.count));
  return cti_number_world(plan);
}
