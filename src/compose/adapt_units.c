/* adapt_units.c - adapters and libraries matched after the main module. Flows in: what the main module uses of each adapter, what the world wants it to
 * export. Flows out: adapters that are needed, cut down to that; all others are left out. */
#include "compose/adapter.h"
#include "compose/adapter_builtin.h"
#include "compose/layout.h"
#include "compose/units.h"
#include "compose/unmet.h"
#include "compose/world_match.h"

static bool owes_functions(cti_plan *plan, const cti_unit *unit) {
  const cti_world_items *exports = &cti_plan_world(plan)->exports;
  for (uint32_t i = 0; i < unit->exports.count; i++) {
    const cti_world_item *item = &exports->items[unit->exports.items[i]];
    if (item->kind == CTI_WORLD_FUNC || (item->kind == CTI_WORLD_INTERFACE && plan->resolve.interfaces.items[item->interface].funcs.count)) return true;
  }
  return false;
}

/* Names of exports that stay: those that the main module imports, and those that the component model calls. */
static ct_status required_exports(cti_map *out, uint32_t *imported, cti_plan *plan, uint32_t id) {
  const cti_unit *main_unit = &plan->units.items[0], *unit = &plan->units.items[id];
  for (uint32_t i = 0; i < main_unit->uses.count; i++) {
    const cti_use *use = &main_unit->uses.items[i];
    if (use->kind != CTI_USE_ADAPTER || use->unit != id) continue;
    (*imported)++;
    CTI_TRY(cti_map_set(out, plan->arena, use->source, 0));
  }
  for (uint32_t i = 0; i < unit->offers.count; i++) CTI_TRY(cti_map_set(out, plan->arena, unit->offers.items[i].name, 0));
  return CT_OK;
}

static ct_slice main_realloc(const cti_plan *plan) {
  const cti_unit *main_unit = &plan->units.items[0];
  uint32_t place = main_unit->first_of[CTI_ROLE_ADAPTER_REALLOC];
  if (place == CTI_WIT_NONE) place = main_unit->first_of[CTI_ROLE_REALLOC];
  return plan->options->realloc_via_memory_grow || place == CTI_WIT_NONE ? (ct_slice){NULL, 0} : main_unit->offers.items[place].name;
}

static const cti_limits *main_memory(const cti_plan *plan) {
  const cti_unit *main_unit = &plan->units.items[0];
  uint32_t place = main_unit->first_of[CTI_ROLE_MEMORY];
  if (place == CTI_WIT_NONE) return main_unit->imported_memory;
  uint32_t index = main_unit->module.exports.items[main_unit->offers.items[place].export_].index;
  return index < main_unit->module.memories.count ? &main_unit->module.memories.items[index].type : NULL;
}

/* What the main module's memory has, and the adapter's import of it does not; NULL: they fit. */
static const char *memory_problem(const cti_limits *have, const cti_limits *want) {
  if (have->is_64 && !want->is_64) return "has addresses of 64 bits";
  if (!have->is_64 && want->is_64) return "has addresses of 32 bits, not of 64";
  if (have->shared != want->shared) return have->shared ? "is shared between threads" : "is not shared";
  if (cti_page_log2(have) != cti_page_log2(want)) return "has pages of another size";
  return have->min < want->min ? "begins with too few pages" : NULL;
}

static ct_status check_memory(cti_plan *plan, uint32_t id) {
  const cti_unit *unit = &plan->units.items[id];
  const cti_limits *have = main_memory(plan), *want = unit->imported_memory;
  const char *problem = have && want && !plan->is_separate ? memory_problem(have, want) : NULL;
  if (!problem) return CT_OK;
  ct_slice text = cti_format(plan->arena, "the module's memory %s: adapter \"%.*s\" imports one with addresses of %d bits, of at least %llu pages of %llu bytes, %sshared",
                             problem, CTI_S(unit->name), want->is_64 ? 64 : 32, (unsigned long long)want->min, 1ull << (cti_page_log2(want) & 63), want->shared ? "" : "not ");
  ct_slice hint = unit->is_builtin ? CTI_LIT(CTI_ADAPTER_TARGET) : CTI_LIT("give the module such a memory, or use an adapter that takes the one it has");
  return cti_unmet_add(plan, CT_COMPOSE_TYPE, text, hint);
}

/* What the main module imports of it has the type that the adapter gives it. */
static ct_status check_types(cti_plan *plan, uint32_t id) {
  const cti_unit *main_unit = &plan->units.items[0], *unit = &plan->units.items[id];
  cti_map exports = {0};
  for (uint32_t i = 0; i < unit->module.exports.count; i++) CTI_TRY(cti_map_set(&exports, plan->arena, unit->module.exports.items[i].name, i));
  for (uint32_t i = 0; i < main_unit->uses.count; i++) {
    const cti_use *use = &main_unit->uses.items[i];
    if (use->kind != CTI_USE_ADAPTER || use->unit != id) continue;
    const cti_export *export_ = &unit->module.exports.items[cti_map_get(&exports, use->source)];
    const cti_subtype *have = export_->kind == CTI_EXTERN_FUNC ? cti_module_func_type(&unit->module, export_->index) : NULL;
    const cti_subtype *want = cti_module_type_func(&main_unit->module, main_unit->module.imports.items[use->import].type.type);
    cti_core_sig sig;
    if (have && want && cti_sig_of_type(&sig, plan, want, use->source) == CT_OK && cti_sig_eq(&sig, have)) continue;
    if (plan->arena->error->status != CT_OK) return plan->arena->error->status;
    ct_slice text = cti_format(plan->arena, "core import \"%.*s\" \"%.*s\" has type %.*s, but the adapter's export has %.*s", CTI_S(unit->name), CTI_S(use->source),
                               CTI_S(cti_func_type_text(plan->arena, want)), CTI_S(have ? cti_func_type_text(plan->arena, have) : CTI_LIT("none: it is no function")));
    CTI_TRY(cti_unmet_add(plan, CT_COMPOSE_TYPE, text, CTI_LIT("use an adapter of the version that the module was built for")));
  }
  return CT_OK;
}

/* A second look, at what is left: cutting may have removed imports, and with them interfaces. */
static ct_status read_cut(cti_plan *plan, uint32_t id, ct_slice bytes) {
  cti_unit *unit = &plan->units.items[id];
  unit->bytes = bytes;
  CTI_TRY(cti_module_decode_interface(&unit->module, bytes, 0, plan->arena));
  CTI_TRY(cti_match_exports(plan, id));
  CTI_TRY(cti_match_imports(plan, id));
  CTI_TRY(check_types(plan, id));
  CTI_TRY(check_memory(plan, id));
  if (unit->is_builtin && (!plan->options->adapter_names || plan->is_fused)) CTI_TRY(cti_shorten_names(plan, id));
  return cti_layout_join_adapter(plan, id);
}

/* An adapter stands for the module name by which it is called; those that are imported are told, as it may have been meant for one of them. `what` about it. */
static ct_status tell_not_imported(cti_plan *plan, const cti_unit *unit, const char *what) {
  enum { NAMED = 6 };
  const cti_unit *main_unit = &plan->units.items[0];
  cti_buf list = {0};
  for (uint32_t i = 0; i < main_unit->groups.count && i < NAMED; i++)
    cti_buf_printf(&list, "%s\"%.*s\"", i ? ", " : "; it imports from ", CTI_S(main_unit->groups.items[i].module));
  if (main_unit->groups.count > NAMED) cti_buf_str(&list, ", ...");
  cti_plan_warn(plan, "adapter \"%.*s\" %s: the module imports nothing from \"%.*s\"%.*s", CTI_S(unit->name), what, CTI_S(unit->name), CTI_S(cti_buf_slice(&list)));
  ct_status status = cti_buf_check(&list, plan->arena->error);
  ct_buf_free(&list);
  return status;
}

/* ctool's own adapter is there for what no given one stands for. */
static bool has_builtin(const cti_plan *plan) {
  for (uint32_t i = 1; i < plan->units.count; i++)
    if (plan->units.items[i].is_builtin) return true;
  return false;
}

static ct_status cut_adapter(cti_plan *plan, uint32_t id) {
  cti_unit *unit = &plan->units.items[id];
  cti_map required = {0};
  uint32_t imported = 0;
  CTI_TRY(cti_match_exports(plan, id));
  CTI_TRY(cti_unmet_report(plan));
  CTI_TRY(required_exports(&required, &imported, plan, id));
  if (imported == 0 && !owes_functions(plan, unit)) return tell_not_imported(plan, unit, "is not used");
  if (imported == 0 && !unit->is_builtin && has_builtin(plan)) CTI_TRY(tell_not_imported(plan, unit, "only adds exports of its own, beside those of ctool's adapter"));
  unit->is_used = true;
  ct_slice cut, realloc = main_realloc(plan);
  CTI_TRY(cti_adapter_splice(&cut, unit->bytes, unit->name, &required, realloc, plan->arena));
  cti_plan_note(plan, "adapter \"%.*s\": %u functions are imported, %zu of %zu bytes stay", CTI_S(unit->name), imported, cut.size, unit->bytes.size);
  if (!unit->is_builtin) cti_plan_note(plan, "it takes memory by %.*s", CTI_S(realloc.data ? realloc : CTI_LIT("memory.grow")));
  return read_cut(plan, id, cut);
}

static ct_status match_library(cti_plan *plan, uint32_t id) {
  plan->units.items[id].is_used = true;
  CTI_TRY(cti_match_exports(plan, id));
  return cti_match_imports(plan, id);
}

ct_status cti_match_units(cti_plan *plan) {
  CTI_TRY(cti_match_imports(plan, 0));
  CTI_TRY(cti_match_exports(plan, 0));
  CTI_TRY(cti_unmet_report(plan));
  CTI_TRY(cti_layout_choose(plan));
  for (uint32_t i = 1; i < plan->units.count; i++) CTI_TRY(plan->units.items[i].kind == CTI_UNIT_LIBRARY ? match_library(plan, i) : cut_adapter(plan, i));
  return cti_unmet_report(plan);
}
