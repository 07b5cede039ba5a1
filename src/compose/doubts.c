/* doubts.c - what may be a mistake although the component is made. Flows in: the plan, when all is built. Flows out: warnings. What is told here is nothing
 * that a correct build does: a world without exports is no mistake, one whose module exports functions is. */
#include "compose/doubts.h"

enum { NAMED = 6 }; /* more names than these help nobody */

static void add_name(cti_buf *list, uint32_t place, ct_slice name) {
  if (place < NAMED) cti_buf_printf(list, "%s\"%.*s\"", place ? ", " : "", CTI_S(name));
  else if (place == NAMED) cti_buf_printf(list, ", ...");
}

/* ---- --import-name */

static void list_imports(cti_buf *list, const cti_plan *plan) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < plan->component.items.count; i++) {
    const cti_item *item = &plan->component.items.items[i];
    if (item->kind == CTI_ITEM_IMPORT && item->of.import.type.sort == CTI_SORT_INSTANCE) add_name(list, count++, item->of.import.name.name);
  }
  if (count == 0) cti_buf_printf(list, "no interface");
}

static ct_status doubt_renames(cti_plan *plan) {
  cti_buf list = {0};
  for (size_t i = 0; i < plan->options->import_name_count; i++) {
    const ct_import_name *rename = &plan->options->import_names[i];
    if (plan->rename_used[i]) continue;
    if (list.size == 0) list_imports(&list, plan);
    cti_plan_warn(plan, "--import-name %s=%s changes nothing: the component does not import \"%s\"; it imports %.*s", rename->old_name, rename->new_name, rename->old_name,
                  CTI_S(cti_buf_slice(&list)));
  }
  ct_status status = cti_buf_check(&list, plan->arena->error);
  ct_buf_free(&list);
  return status;
}

/* ---- who calls _start? */

static bool is_start(const cti_export *export_) { return export_->kind == CTI_EXTERN_FUNC && cti_slice_is(export_->name, "_start"); }

static bool calls_start(const cti_unit *unit) {
  for (uint32_t i = 0; i < unit->module.imports.count; i++)
    if (cti_slice_is(unit->module.imports.items[i].name, "_start") && cti_slice_is(unit->module.imports.items[i].module, "__main_module__")) return true;
  return false;
}

static bool starts(const cti_plan *plan) {
  const cti_module *main_module = &plan->units.items[0].module;
  bool has_start = false;
  for (uint32_t i = 0; i < main_module->exports.count && !has_start; i++) has_start = is_start(&main_module->exports.items[i]);
  if (!has_start) return true;
  for (uint32_t i = 1; i < plan->units.count; i++)
    if (plan->units.items[i].is_used && calls_start(&plan->units.items[i])) return true;
  return false;
}

/* What would call `_start`, if it is to be called. */
static const char *who_starts(const cti_plan *plan) {
  uint32_t adapter = cti_map_get(&plan->unit_ids, CTI_LIT("wasi_snapshot_preview1"));
  if (adapter == CTI_MAP_NONE) return "--wasi-adapter command makes the export wasi:cli/run of it, by which hosts start a component";
  return plan->units.items[adapter].is_builtin ? "--wasi-adapter command, which is what a module with `_start` gets unless told otherwise, calls it"
                                               : "the adapter that was given is of another form: give the one for commands, or no --adapt, as ctool has its own";
}

static bool doubt_start(const cti_plan *plan) {
  if (starts(plan)) return false;
  cti_plan_warn(plan, "`_start`, which the module exports, is called by nothing, so its main and its constructors do not run: %s; "
                      "a library is built with -mexec-model=reactor", who_starts(plan));
  return true;
}

/* ---- --synthesize-realloc beside an allocator that the module does not export */

/* Adapters take their memory by it, too. */
static bool adapter_allocates(const cti_unit *unit, ct_slice realloc) {
  for (uint32_t i = 0; i < unit->uses.count; i++)
    if (unit->uses.items[i].kind == CTI_USE_ITEM && unit->uses.items[i].unit == 0 && cti_slice_eq(unit->uses.items[i].source, realloc)) return true;
  return false;
}

static void doubt_allocator(const cti_plan *plan) {
  const cti_unit *main_unit = &plan->units.items[0];
  uint32_t place = main_unit->first_of[CTI_ROLE_REALLOC];
  bool used = plan->main_allocates;
  if (!plan->may_clash || place == CTI_WIT_NONE) return;
  ct_slice realloc = main_unit->offers.items[place].name;
  for (uint32_t i = 1; i < plan->units.count && !used; i++) used = plan->units.items[i].is_used && adapter_allocates(&plan->units.items[i], realloc);
  if (used)
    cti_plan_warn(plan, "the module grows its memory itself, so that its allocator may hand out again what the cabi_realloc made for it gave to others; "
                        "export the module's realloc, which is asked then: clang -Wl,--export=realloc");
}

/* ---- exports of a command: wasm-ld wraps each in calls of the constructors and destructors, and names the wrapper NAME.command_export */

/* Lifted functions of the main module: index -> offer. */
static ct_status lifted(cti_map *out, const cti_plan *plan) {
  const cti_unit *unit = &plan->units.items[0];
  for (uint32_t i = 0; i < unit->offers.count; i++) {
    const cti_offer *offer = &unit->offers.items[i];
    if (offer->role == CTI_ROLE_LIFT) CTI_TRY(cti_map_set_u64(out, plan->arena, unit->module.exports.items[offer->export_].index, i));
  }
  return CT_OK;
}

/* The offer of the first such wrapper among the functions named in one part of the name section; CTI_MAP_NONE without one. */
static uint32_t find_wrapper(cti_cursor *names, const cti_map *lifts) {
  uint32_t count = cti_cursor_count(names, "names");
  for (uint32_t i = 0; i < count && !names->failed; i++) {
    cti_naming naming = cti_read_naming(names);
    uint32_t offer = cti_slice_ends(naming.name, CTI_LIT(".command_export")) ? cti_map_get_u64(lifts, naming.index) : CTI_MAP_NONE;
    if (offer != CTI_MAP_NONE) return offer;
  }
  return CTI_MAP_NONE;
}

static ct_status doubt_wrappers(cti_plan *plan) {
  const cti_unit *unit = &plan->units.items[0];
  const cti_section *section = cti_module_custom(&unit->module, CTI_LIT("name"), NULL);
  cti_map lifts = {0};
  CTI_TRY(lifted(&lifts, plan));
  if (!section || !lifts.count) return CT_OK;
  ct_error ignored;
  ct_error_clear(&ignored);
  cti_cursor c = cti_custom_cursor(section, &ignored);
  cti_subsection part;
  while (cti_subsection_next(&part, &c)) {
    uint32_t offer = part.code == CTI_NAME_FUNC ? find_wrapper(&part.c, &lifts) : CTI_MAP_NONE;
    if (offer == CTI_MAP_NONE) continue;
    cti_plan_warn(plan, "each call of \"%.*s\" runs the module's constructors before it and its destructors after it, since the module was linked as a command; "
                        "a library is built with -mexec-model=reactor", CTI_S(unit->offers.items[offer].name));
    break;
  }
  return CT_OK;
}

/* ---- exports that nothing uses */

/* Functions of the main module that are good for nothing in the component. */
static uint32_t list_unused(cti_buf *list, const cti_plan *plan) {
  const cti_unit *unit = &plan->units.items[0];
  uint32_t count = 0, next = 0; /* offers stand in the order of exports */
  for (uint32_t i = 0; i < unit->module.exports.count; i++) {
    const cti_export *export_ = &unit->module.exports.items[i];
    while (next < unit->offers.count && unit->offers.items[next].export_ < i) next++;
    if (next < unit->offers.count && unit->offers.items[next].export_ == i) continue;
    if (export_->kind == CTI_EXTERN_FUNC && !is_start(export_)) add_name(list, count++, export_->name);
  }
  return count;
}

static ct_status doubt_exports(cti_plan *plan) {
  cti_unit *unit = &plan->units.items[0];
  if (cti_plan_world(plan)->exports.count > 0 || plan->link) return CT_OK;
  cti_buf list = {0};
  uint32_t unused = list_unused(&list, plan);
  if (unit->bindings.section_count == 0)
    cti_plan_warn(plan, "the component exports nothing%s%.*s: the module has no component-type section that says what it is; "
                        "its world comes by --wit WIT, or from `ctool component embed`",
                  unused ? ", although the module has " : "", CTI_S(cti_buf_slice(&list)));
  else if (unused)
    cti_plan_warn(plan, "the component exports nothing: %.*s has no exports, although the module has %.*s", CTI_S(cti_world_title(plan, unit)), CTI_S(cti_buf_slice(&list)));
  ct_status status = cti_buf_check(&list, plan->arena->error);
  ct_buf_free(&list);
  return status;
}

ct_status cti_tell_doubts(cti_plan *plan) {
  if (!plan->options->tell) return CT_OK;
  CTI_TRY(doubt_renames(plan));
  CTI_TRY(doubt_wrappers(plan));
  doubt_allocator(plan);
  bool is_lame = doubt_start(plan); /* then what to do is said */
  return is_lame && !plan->units.items[0].bindings.section_count ? CT_OK : doubt_exports(plan);
}
