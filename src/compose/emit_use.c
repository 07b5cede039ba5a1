/* emit_use.c - core functions for the imports of core modules. Flows in: a use, or a shim whose turn has come. Flows out: the canonical definition or alias
 * that is it. Both ways meet in the same functions: what differs is only whether the main module exists yet. */
#include "compose/emit.h"
#include "compose/layout.h"
#include "compose/world_match.h"

static ct_status failed(const cti_plan *plan) { return plan->arena->error->status; }

static cti_sort core_sort(cti_extern_kind kind) {
  static const cti_sort sorts[CTI_EXTERN_KINDS] = {CTI_SORT_CORE_FUNC, CTI_SORT_CORE_TABLE, CTI_SORT_CORE_MEMORY, CTI_SORT_CORE_GLOBAL, CTI_SORT_CORE_TAG};
  return sorts[kind];
}

/* A place that was not found is an allocation that failed while its key was made: reported, and the caller looks. */
static uint32_t alias_shim(cti_plan *plan, uint32_t place) {
  if (place == CTI_WIT_NONE) return UINT32_MAX;
  const cti_shim *shim = &plan->shims.items[place];
  return cti_emit_core_alias(plan, shim->debug_name, plan->shim_instance, shim->label, CTI_SORT_CORE_FUNC);
}

static uint32_t alias_unit(cti_plan *plan, uint32_t unit, ct_slice name) {
  return cti_emit_core_alias(plan, name, plan->units.items[unit].instance_index, name, CTI_SORT_CORE_FUNC);
}

/* ---- allocators */

/* The core function for the realloc option; UINT32_MAX when it is not asked for or not there. */
static uint32_t realloc_index(cti_plan *plan, uint32_t unit, const cti_use *use, uint8_t needs, cti_realloc_site site) {
  cti_allocator allocator = cti_allocator_for(plan, unit, cti_use_takes_export_realloc(use));
  if (!(needs & CTI_NEEDS_REALLOC) || !allocator.name.data) return UINT32_MAX;
  plan->main_allocates |= allocator.unit == 0;
  if (!cti_realloc_needs_shim(plan, site)) return alias_unit(plan, allocator.unit, allocator.name);
  uint32_t place = cti_shim_of_export(plan, allocator.unit, allocator.name);
  if (place != CTI_WIT_NONE) return alias_shim(plan, place);
  cti_fail(plan->arena->error, CT_INTERNAL, CT_NO_OFFSET, "no shim was made for \"%.*s\"", CTI_S(allocator.name));
  return UINT32_MAX;
}

/* ---- types that built-ins are about */

/* Types of a function of the world itself are imported ones; those of an exported interface are not named at the root. */
static cti_type_encoder types_of(cti_plan *plan, const cti_use *use) {
  bool of_imports = !use->of_export || use->interface == CTI_WIT_NONE;
  return cti_root_types(plan, of_imports ? CTI_WIT_NONE : use->interface, of_imports);
}

static uint32_t payload_type(cti_plan *plan, const cti_use *use) {
  cti_type_encoder types = types_of(plan, use);
  uint32_t index;
  ct_status status = use->type == CTI_WIT_NONE ? cti_encode_unit(&index, &types, cti_canon_is_of_future(use->canon) ? CTI_DEF_FUTURE : CTI_DEF_STREAM) : cti_encode_type_id(&index, &types, use->type);
  return status == CT_OK ? index : UINT32_MAX;
}

/* A resource of the world, of an exported interface, or of an imported one. */
static uint32_t resource_type(cti_plan *plan, const cti_use *use) {
  if (!use->of_export && use->interface != CTI_WIT_NONE) return cti_alias_type(plan, use->type);
  uint32_t word = cti_map_get_u64(&plan->type_maps.types, use->type);
  if (word != CTI_MAP_NONE) return cti_valtype_index((cti_valtype){word});
  cti_fail(plan->arena->error, CT_INTERNAL, CT_NO_OFFSET, "resource \"%.*s\" is needed before it is defined", CTI_S(plan->resolve.names.items[use->type].name));
  return UINT32_MAX;
}

/* ---- canonical definitions */

static uint32_t build(cti_plan *plan, const cti_canon *canon, ct_slice name) {
  if (failed(plan)) return UINT32_MAX;
  uint32_t index = cti_build_canon(&plan->component, canon);
  cti_name_item(plan, name);
  return index;
}

static const cti_world_item *item_of(cti_plan *plan, const cti_use *use) { return use->item == CTI_WIT_NONE ? NULL : cti_use_item(plan, use); }

static const cti_wit_func *func_of(cti_plan *plan, const cti_use *use) { return cti_item_func(&plan->resolve, cti_use_item(plan, use), use->func); }

/* The function of the component that is lowered: of an imported instance, or imported by itself. */
static uint32_t lowered_func(cti_plan *plan, const cti_use *use) {
  if (use->lowered != UINT32_MAX) return use->lowered;
  if (use->interface == CTI_WIT_NONE) return plan->imported_funcs[use->item];
  return cti_build_alias_export(&plan->component, CTI_SORT_FUNC, plan->instances[use->interface], func_of(plan, use)->name);
}

ct_status cti_emit_lowered_funcs(cti_plan *plan, cti_use *uses, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (uses[i].kind == CTI_USE_CANON && uses[i].canon == CTI_CANON_LOWER) uses[i].lowered = lowered_func(plan, &uses[i]);
  return failed(plan);
}

static uint32_t emit_lower(cti_plan *plan, uint32_t unit, const cti_use *use, ct_slice name, cti_realloc_site site) {
  cti_core_sig sig;
  cti_option_list options;
  const cti_wit_func *func = func_of(plan, use);
  cti_string_encoding encoding = cti_encoding_of(plan, unit, use, item_of(plan, use), func);
  if (cti_use_sig(&sig, plan, use)) return UINT32_MAX;
  cti_canon canon = {.kind = CTI_CANON_LOWER, .func = lowered_func(plan, use)};
  uint32_t realloc = realloc_index(plan, unit, use, sig.needs, site);
  if (cti_emit_options(&options, plan, sig.needs, encoding, realloc, &(cti_emit_about){unit, "the imported", item_of(plan, use), func})) return UINT32_MAX;
  canon.options = options.items;
  canon.option_count = options.count;
  return build(plan, &canon, name);
}

/* The reference aliases the realloc of an asynchronous result without a use for it, when it comes by the shim; so that components stay equal, so do we. */
static void alias_unused_realloc(cti_plan *plan, uint32_t unit) {
  cti_allocator allocator = cti_allocator_for(plan, unit, false);
  if (allocator.name.data) cti_emit_core_alias(plan, CTI_LIT("realloc"), plan->units.items[allocator.unit].instance_index, allocator.name, CTI_SORT_CORE_FUNC);
}

static uint32_t emit_task_return(cti_plan *plan, uint32_t unit, const cti_use *use, cti_realloc_site site) {
  cti_core_sig sig;
  cti_option_list options;
  const cti_wit_func *func = func_of(plan, use);
  cti_string_encoding encoding = cti_encoding_of(plan, unit, use, item_of(plan, use), func);
  cti_canon canon = {.kind = CTI_CANON_TASK_RETURN};
  cti_type_encoder types = types_of(plan, use);
  if (cti_use_sig(&sig, plan, use) || cti_encode_valtype(&canon.result, &types, func->result)) return UINT32_MAX;
  if (site == CTI_AFTER_MAIN) alias_unused_realloc(plan, unit);
  if (cti_emit_options(&options, plan, sig.needs, encoding, UINT32_MAX, &(cti_emit_about){unit, "task.return of the exported", item_of(plan, use), func})) return UINT32_MAX;
  canon.options = options.items;
  canon.option_count = options.count;
  return build(plan, &canon, CTI_LIT("task.return"));
}

/* Reads and writes of streams and futures, and error contexts: built-ins with options. */
static uint32_t emit_with_options(cti_plan *plan, uint32_t unit, const cti_use *use, cti_realloc_site site) {
  cti_core_sig sig;
  cti_string_encoding encoding = use->encoding;
  cti_option_list options;
  ct_slice name = cti_slice_str(cti_canons[use->canon].name);
  bool has_type = use->canon != CTI_CANON_ERROR_CONTEXT_NEW && use->canon != CTI_CANON_ERROR_CONTEXT_DEBUG_MESSAGE;
  if (cti_use_sig(&sig, plan, use)) return UINT32_MAX;
  if (has_type && use->type != CTI_WIT_NONE) encoding = cti_encoding_of(plan, unit, use, item_of(plan, use), func_of(plan, use));
  cti_canon canon = {.kind = use->canon};
  uint32_t realloc = realloc_index(plan, unit, use, sig.needs, site);
  if (has_type) canon.type = payload_type(plan, use);
  if (cti_emit_options(&options, plan, sig.needs, encoding, realloc, &(cti_emit_about){.unit = unit, .what = cti_canons[use->canon].name})) return UINT32_MAX;
  canon.options = options.items;
  canon.option_count = options.count;
  return build(plan, &canon, name);
}

/* The function that a thread starts with is one of the main module's table. */
static uint32_t emit_thread_new(cti_plan *plan) {
  static const cti_corevt start[] = {CTI_VT_I32};
  cti_subtype *sub = CTI_NEW(plan->arena, cti_subtype);
  if (!sub) return UINT32_MAX;
  *sub = (cti_subtype){.kind = CTI_COMPOSITE_FUNC, .is_final = true, .super = UINT32_MAX, .describes = UINT32_MAX, .descriptor = UINT32_MAX, .param_count = 1, .types = start};
  cti_core_type_def type = {.kind = CTI_CORE_TYPE_REC, .sub_count = 1, .subs = sub};
  cti_canon canon = {.kind = CTI_CANON_THREAD_NEW_INDIRECT, .type = cti_build_core_type(&plan->component, &type)};
  cti_name_item(plan, CTI_LIT("thread-start"));
  uint32_t place = plan->units.items[0].first_of[CTI_ROLE_TABLE];
  if (place == CTI_WIT_NONE) {
    cti_fail(plan->arena->error, CT_COMPOSE_EXPORT, CT_NO_OFFSET, "threads are started with a function of the main module's table, but it exports no table \"__indirect_function_table\"");
    cti_error_hint(plan->arena->error, "export it: wasm-ld takes --export-table");
    return UINT32_MAX;
  }
  const cti_unit *main_unit = &plan->units.items[0];
  canon.table = cti_emit_core_alias(plan, CTI_LIT("indirect-function-table"), main_unit->instance_index, main_unit->offers.items[place].name, CTI_SORT_CORE_TABLE);
  return build(plan, &canon, CTI_LIT("thread.new-indirect"));
}

/* Built-ins without options: their immediates are the use's. */
static uint32_t emit_plain(cti_plan *plan, uint32_t unit, const cti_use *use) {
  cti_canon canon = {.kind = use->canon, .flag = use->flag, .slot = use->slot, .slot_type = use->slot_type};
  ct_slice name = cti_slice_str(cti_canons[use->canon].name);
  for (const char *part = cti_canons[use->canon].immediates; *part; part++) {
    if (*part == 'R') canon.type = resource_type(plan, use);
    else if (*part == 'S' || *part == 'U') canon.type = payload_type(plan, use);
    else if (*part == 'm') canon.memory = cti_memory_of(plan, unit);
    else if (*part == 'n') name = cti_format(plan->arena, "%.*s %u", CTI_S(name), use->slot);
  }
  return build(plan, &canon, name);
}

static uint32_t emit_canon(cti_plan *plan, uint32_t unit, const cti_use *use, ct_slice name, cti_realloc_site site) {
  switch (use->canon) {
  case CTI_CANON_LOWER: return emit_lower(plan, unit, use, name, site);
  case CTI_CANON_TASK_RETURN: return emit_task_return(plan, unit, use, site);
  case CTI_CANON_STREAM_READ:
  case CTI_CANON_STREAM_WRITE:
  case CTI_CANON_FUTURE_READ:
  case CTI_CANON_FUTURE_WRITE:
  case CTI_CANON_ERROR_CONTEXT_NEW:
  case CTI_CANON_ERROR_CONTEXT_DEBUG_MESSAGE: return emit_with_options(plan, unit, use, site);
  case CTI_CANON_THREAD_NEW_INDIRECT: return emit_thread_new(plan);
  default: return emit_plain(plan, unit, use);
  }
}

/* ---- shims, when everything exists */

uint32_t cti_emit_shim(cti_plan *plan, const cti_shim *shim) {
  switch (shim->kind) {
  case CTI_SHIM_ADAPTER: return alias_unit(plan, shim->source, shim->name);
  case CTI_SHIM_DTOR:
  case CTI_SHIM_EXPORT: return alias_unit(plan, shim->unit, shim->name);
  case CTI_SHIM_LOWER:
  case CTI_SHIM_BUILTIN: break;
  }
  const cti_use *use = &plan->units.items[shim->unit].uses.items[shim->use];
  return emit_canon(plan, shim->unit, use, shim->debug_name, CTI_AFTER_MAIN);
}

/* ---- uses */

/* The one memory is there for every module but the main one, and for that one when it imports it. */
static bool wants_memory_alone(cti_canon_kind canon) {
  return canon == CTI_CANON_TASK_RETURN || canon == CTI_CANON_WAITABLE_SET_WAIT || canon == CTI_CANON_WAITABLE_SET_POLL || canon == CTI_CANON_ERROR_CONTEXT_NEW;
}

static uint32_t emit_tls(cti_plan *plan, uint32_t unit, const cti_use *use) {
  bool is_set = use->kind == CTI_USE_TLS_SET;
  if (!plan->tls_in_context) {
    ct_slice name = is_set ? CTI_LIT(CTI_SHIM_TLS_SET) : CTI_LIT(CTI_SHIM_TLS_GET);
    return cti_emit_core_alias(plan, name, plan->shim_instance, name, CTI_SORT_CORE_FUNC);
  }
  cti_use slot = *use;
  slot.slot = 1;
  slot.canon = is_set ? CTI_CANON_CONTEXT_SET : CTI_CANON_CONTEXT_GET;
  return emit_plain(plan, unit, &slot);
}

static uint32_t emit_item(cti_plan *plan, uint32_t unit, const cti_use *use, cti_sort *sort) {
  const cti_module *core = &plan->units.items[unit].module;
  if (cti_comes_first(plan, unit)) return alias_shim(plan, cti_shim_of_export(plan, use->unit, use->source));
  *sort = core_sort(core->imports.items[use->import].type.kind);
  return cti_emit_core_alias(plan, use->source, plan->units.items[use->unit].instance_index, use->source, *sort);
}

static uint32_t emit_memory(cti_plan *plan, uint32_t unit) {
  uint32_t memory = cti_memory_of(plan, unit);
  if (memory == UINT32_MAX) {
    cti_fail(plan->arena->error, CT_COMPOSE_EXPORT, CT_NO_OFFSET, "adapter \"%.*s\" imports the memory of the main module, which exports none named \"memory\"", CTI_S(plan->units.items[unit].name));
    cti_error_hint(plan->arena->error, "export the memory, or give no adapter");
  }
  return memory;
}

static uint32_t emit_canon_use(cti_plan *plan, uint32_t unit, const cti_use *use) {
  bool direct = wants_memory_alone(use->canon) && plan->memory != UINT32_MAX;
  uint32_t place = direct ? CTI_WIT_NONE : cti_shim_of_use(plan, unit, use);
  if (place != CTI_WIT_NONE) return alias_shim(plan, place);
  ct_slice name = use->canon == CTI_CANON_LOWER ? func_of(plan, use)->name : (ct_slice){NULL, 0};
  return emit_canon(plan, unit, use, name, CTI_BEFORE_MAIN);
}

ct_status cti_emit_use(cti_sort_index *out, cti_plan *plan, uint32_t unit, const cti_use *use) {
  out->sort = CTI_SORT_CORE_FUNC;
  switch (use->kind) {
  case CTI_USE_CANON: out->index = emit_canon_use(plan, unit, use); break;
  case CTI_USE_ADAPTER: out->index = cti_comes_first(plan, use->unit) ? alias_unit(plan, use->unit, use->source) : alias_shim(plan, cti_shim_of_use(plan, unit, use)); break;
  case CTI_USE_MEMORY:
    out->sort = CTI_SORT_CORE_MEMORY;
    out->index = emit_memory(plan, unit);
    break;
  case CTI_USE_FIRST: out->index = cti_emit_core_alias(plan, use->source, plan->shim_instance, use->source, CTI_SORT_CORE_FUNC); break;
  case CTI_USE_ITEM: out->index = emit_item(plan, unit, use, &out->sort); break;
  case CTI_USE_TLS_GET:
  case CTI_USE_TLS_SET: out->index = emit_tls(plan, unit, use); break;
  }
  return failed(plan);
}
