/* shim.c - which imports go through the shim. Flows in: the uses of every unit. Flows out: plan->shims, each once, in the order in which they are met; their
 * order is that of the table's slots, of the shim's exports ("0", "1", ...) and of the fixup's imports. */
#include "compose/shim.h"

#include "compose/layout.h"
#include "compose/world_match.h"

/* ---- what canonical definitions need */

/* Reading from or writing to a stream or future of that payload is as calling a function that returns, or takes, it. */
static ct_status payload_needs(uint8_t *needs, cti_plan *plan, const cti_use *use, bool is_write) {
  cti_valtype payload = use->type == CTI_WIT_NONE ? CTI_VALTYPE_NONE : plan->resolve.types.defs.items[use->type].element;
  cti_member param = {.type = payload};
  cti_core_sig sig;
  bool has_param = is_write && !cti_valtype_is_none(payload);
  CTI_TRY(cti_abi_signature(&sig, &plan->abi, &param, has_param, is_write ? CTI_VALTYPE_NONE : payload, use->flag ? CTI_ABI_LOWER_ASYNC : CTI_ABI_LOWER));
  *needs = CTI_NEEDS_MEMORY | sig.needs;
  return CT_OK;
}

static cti_core_sig builtin_sig(const cti_use *use) {
  if (use->canon == CTI_CANON_THREAD_NEW_INDIRECT) return cti_sig_of_letters("ii:i", 0, 0);
  cti_corevt pointer = use->slot_type == CTI_VT_I64 ? CTI_VT_I64 : CTI_VT_I32;
  return cti_sig_of_letters(cti_canons[use->canon].signature, pointer, use->slot_type);
}

ct_status cti_use_sig(cti_core_sig *out, cti_plan *plan, const cti_use *use) {
  const cti_wit_func *func;
  switch (use->canon) {
  case CTI_CANON_LOWER:
    func = cti_item_func(&plan->resolve, cti_use_item(plan, use), use->func);
    return cti_func_sig(out, plan, func, use->flag ? CTI_ABI_LOWER_ASYNC : CTI_ABI_LOWER);
  case CTI_CANON_TASK_RETURN:
    func = cti_item_func(&plan->resolve, cti_use_item(plan, use), use->func);
    return cti_abi_task_return(out, &plan->abi, func->params, func->param_count, func->result);
  case CTI_CANON_RESOURCE_DROP:
  case CTI_CANON_RESOURCE_NEW:
  case CTI_CANON_RESOURCE_REP: *out = (cti_core_sig){0}; return CT_OK;
  default: *out = builtin_sig(use);
  }
  switch (use->canon) {
  case CTI_CANON_STREAM_READ:
  case CTI_CANON_FUTURE_READ: return payload_needs(&out->needs, plan, use, false);
  case CTI_CANON_STREAM_WRITE:
  case CTI_CANON_FUTURE_WRITE: return payload_needs(&out->needs, plan, use, true);
  case CTI_CANON_ERROR_CONTEXT_NEW: out->needs = CTI_NEEDS_MEMORY | CTI_NEEDS_ENCODING; break;
  case CTI_CANON_ERROR_CONTEXT_DEBUG_MESSAGE: out->needs = CTI_NEEDS_MEMORY | CTI_NEEDS_ENCODING | CTI_NEEDS_REALLOC; break;
  default: break;
  }
  return CT_OK;
}

bool cti_use_takes_export_realloc(const cti_use *use) { return use->of_export && use->type != CTI_WIT_NONE; }

/* ---- allocators */

static ct_slice offer_name(const cti_unit *unit, cti_role role) {
  uint32_t place = unit->first_of[role];
  return place == CTI_WIT_NONE ? (ct_slice){NULL, 0} : unit->offers.items[place].name;
}

cti_allocator cti_allocator_for(const cti_plan *plan, uint32_t index, bool of_export) {
  const cti_unit *unit = &plan->units.items[index];
  cti_allocator out = {index, offer_name(unit, of_export ? CTI_ROLE_EXPORT_REALLOC : CTI_ROLE_IMPORT_REALLOC)};
  if (!out.name.data) out.name = offer_name(unit, CTI_ROLE_REALLOC);
  if (!out.name.data && unit->kind == CTI_UNIT_LIBRARY) out = (cti_allocator){0, offer_name(&plan->units.items[0], CTI_ROLE_REALLOC)};
  return out;
}

bool cti_realloc_needs_shim(const cti_plan *plan, cti_realloc_site site) {
  return site == CTI_BEFORE_MAIN || plan->units.items[0].first_of[CTI_ROLE_TASK_HOOK] != CTI_WIT_NONE;
}

/* ---- keys: what makes two shims one */

typedef struct shim_key {
  uint32_t kind, unit, canon, item, func, flags;
} shim_key;

static ct_slice key_bytes(const cti_plan *plan, const shim_key *key, ct_slice name) {
  uint8_t *bytes = cti_alloc(plan->arena, sizeof *key + name.size);
  if (!bytes) return (ct_slice){NULL, 0};
  memcpy(bytes, key, sizeof *key);
  if (name.size) memcpy(bytes + sizeof *key, name.data, name.size);
  return cti_slice(bytes, sizeof *key + name.size);
}

static bool is_payload(const cti_use *use) {
  return use->canon == CTI_CANON_STREAM_READ || use->canon == CTI_CANON_STREAM_WRITE || use->canon == CTI_CANON_FUTURE_READ || use->canon == CTI_CANON_FUTURE_WRITE;
}

/* Built-ins that take nothing but the one memory are the same for all units. */
static bool is_shared(const cti_use *use) {
  return use->canon == CTI_CANON_WAITABLE_SET_WAIT || use->canon == CTI_CANON_WAITABLE_SET_POLL || use->canon == CTI_CANON_ERROR_CONTEXT_NEW || use->canon == CTI_CANON_THREAD_NEW_INDIRECT;
}

static ct_slice key_of_use(const cti_plan *plan, uint32_t unit, const cti_use *use) {
  if (use->kind == CTI_USE_ADAPTER) {
    shim_key key = {.kind = CTI_SHIM_ADAPTER, .unit = use->unit};
    return key_bytes(plan, &key, use->source);
  }
  shim_key key = {.kind = use->canon == CTI_CANON_LOWER ? CTI_SHIM_LOWER : CTI_SHIM_BUILTIN, .unit = unit, .canon = use->canon, .item = use->item, .func = use->func};
  key.flags = (uint32_t)use->flag | (uint32_t)use->of_export << 1 | (uint32_t)use->encoding << 2;
  if (is_shared(use)) key.unit = CTI_WIT_NONE;
  return key_bytes(plan, &key, is_payload(use) ? plan->units.items[unit].module.imports.items[use->import].name : (ct_slice){NULL, 0});
}

static ct_slice key_of_export(const cti_plan *plan, cti_shim_kind kind, uint32_t unit, ct_slice name) {
  shim_key key = {.kind = kind, .unit = unit};
  return key_bytes(plan, &key, name);
}

static uint32_t find(const cti_plan *plan, ct_slice key) { return key.data ? cti_map_get(&plan->shim_ids, key) : CTI_WIT_NONE; }

uint32_t cti_shim_of_use(const cti_plan *plan, uint32_t unit, const cti_use *use) { return find(plan, key_of_use(plan, unit, use)); }

uint32_t cti_shim_of_export(const cti_plan *plan, uint32_t unit, ct_slice name) { return find(plan, key_of_export(plan, CTI_SHIM_EXPORT, unit, name)); }

uint32_t cti_shim_of_dtor(const cti_plan *plan, uint32_t unit, ct_slice name) { return find(plan, key_of_export(plan, CTI_SHIM_DTOR, unit, name)); }

/* ---- collecting */

static ct_status push(cti_plan *plan, ct_slice key, cti_shim shim) {
  uint32_t place = plan->shims.count;
  bool added;
  if (!key.data) return plan->arena->error->status;
  CTI_TRY(cti_map_add(&plan->shim_ids, plan->arena, key, &place, &added));
  if (!added) return CT_OK;
  shim.label = cti_format(plan->arena, "%u", place);
  if (!shim.label.data || !shim.debug_name.data) return plan->arena->error->status;
  return cti_vec_push(plan->arena, &plan->shims, shim) ? CT_OK : CT_NOMEM;
}

static ct_status push_realloc(cti_plan *plan, uint32_t unit, bool of_export, uint8_t needs, cti_realloc_site site) {
  cti_allocator realloc = cti_allocator_for(plan, unit, of_export);
  if (!(needs & CTI_NEEDS_REALLOC) || !realloc.name.data || !cti_realloc_needs_shim(plan, site)) return CT_OK;
  cti_shim shim = {.kind = CTI_SHIM_EXPORT, .unit = realloc.unit, .name = realloc.name, .sig = cti_sig_of_letters("iiii:i", 0, 0)};
  shim.debug_name = cti_format(plan->arena, "realloc-%.*s-%.*s", CTI_S(plan->units.items[realloc.unit].name), CTI_S(realloc.name));
  return push(plan, key_of_export(plan, CTI_SHIM_EXPORT, realloc.unit, realloc.name), shim);
}

/* Field without the prefix that tells an asynchronous call. */
static ct_slice plain_field(const cti_use *use) {
  ct_slice field = use->field;
  cti_core_name_strip_async(&field);
  return field;
}

static ct_slice debug_name(const cti_plan *plan, const cti_use *use, ct_slice module) {
  cti_arena *arena = plan->arena;
  switch (use->canon) {
  case CTI_CANON_LOWER: return CTI_JOIN(arena, CTI_LIT("indirect-"), module, CTI_LIT("-"), use->field);
  case CTI_CANON_TASK_RETURN: {
    const cti_wit_func *func = cti_item_func(&plan->resolve, cti_use_item((cti_plan *)(uintptr_t)plan, use), use->func);
    return cti_format(arena, "task-return-%.*s", CTI_S(func->name));
  }
  case CTI_CANON_WAITABLE_SET_WAIT: return CTI_LIT("waitable-set.wait");
  case CTI_CANON_WAITABLE_SET_POLL: return CTI_LIT("waitable-set.poll");
  case CTI_CANON_ERROR_CONTEXT_NEW: return CTI_LIT("error-new");
  case CTI_CANON_ERROR_CONTEXT_DEBUG_MESSAGE: return CTI_LIT("error-debug-message");
  case CTI_CANON_THREAD_NEW_INDIRECT: return CTI_LIT("thread.new-indirect");
  default: return cti_format(arena, "%.*s-%.*s", CTI_S(module), CTI_S(plain_field(use)));
  }
}

/* Does it have to wait for the main module? A memory that is imported does not; what a realloc waits for has a shim of its own then. ctool's own adapter comes
 * after the main module and so after its memory. (The reference makes shims for all that adapters import, too; others' components are to be equal to its.) */
static bool must_wait(const cti_plan *plan, uint32_t unit, const cti_use *use, uint8_t needs) {
  switch (use->canon) {
  case CTI_CANON_LOWER: return (needs & (CTI_NEEDS_MEMORY | CTI_NEEDS_REALLOC)) && !cti_memory_is_early(plan) && !plan->units.items[unit].is_builtin;
  case CTI_CANON_TASK_RETURN: return needs && !cti_memory_is_early(plan);
  case CTI_CANON_STREAM_READ:
  case CTI_CANON_STREAM_WRITE:
  case CTI_CANON_FUTURE_READ:
  case CTI_CANON_FUTURE_WRITE: return (needs & CTI_NEEDS_REALLOC) || !cti_memory_is_early(plan);
  case CTI_CANON_WAITABLE_SET_WAIT:
  case CTI_CANON_WAITABLE_SET_POLL:
  case CTI_CANON_ERROR_CONTEXT_NEW: return !cti_memory_is_early(plan);
  case CTI_CANON_ERROR_CONTEXT_DEBUG_MESSAGE:
  case CTI_CANON_THREAD_NEW_INDIRECT: return true;
  default: return false;
  }
}

static ct_status add_adapter_use(cti_plan *plan, uint32_t unit, const cti_use *use, ct_slice module) {
  const cti_module *core = &plan->units.items[unit].module;
  const cti_subtype *type = cti_module_type_func(core, core->imports.items[use->import].type.type);
  cti_shim shim = {.kind = CTI_SHIM_ADAPTER, .unit = unit, .source = use->unit, .name = use->source};
  shim.debug_name = CTI_JOIN(plan->arena, CTI_LIT("adapt-"), module, CTI_LIT("-"), use->field);
  CTI_TRY(cti_sig_of_type(&shim.sig, plan, type, use->source));
  return push(plan, key_of_use(plan, unit, use), shim);
}

/* What a module that comes before another one imports of that. */
static ct_status add_early_item(cti_plan *plan, uint32_t unit, const cti_use *use) {
  const cti_module *core = &plan->units.items[unit].module;
  cti_shim shim = {.kind = CTI_SHIM_EXPORT, .unit = use->unit, .name = use->source};
  shim.debug_name = cti_format(plan->arena, "early-%.*s", CTI_S(use->source));
  CTI_TRY(cti_sig_of_type(&shim.sig, plan, cti_module_type_func(core, core->imports.items[use->import].type.type), use->source));
  return push(plan, key_of_export(plan, CTI_SHIM_EXPORT, use->unit, use->source), shim);
}

static ct_status add_use(cti_plan *plan, uint32_t unit, uint32_t place, ct_slice module) {
  const cti_use *use = &plan->units.items[unit].uses.items[place];
  if (use->kind == CTI_USE_ADAPTER) return cti_comes_first(plan, use->unit) ? CT_OK : add_adapter_use(plan, unit, use, module);
  if (use->kind == CTI_USE_ITEM && cti_comes_first(plan, unit)) return cti_is_fused(plan, unit) ? CT_OK : add_early_item(plan, unit, use);
  if (use->kind != CTI_USE_CANON) return CT_OK;
  cti_shim shim = {.kind = use->canon == CTI_CANON_LOWER ? CTI_SHIM_LOWER : CTI_SHIM_BUILTIN, .unit = unit, .use = place};
  CTI_TRY(cti_use_sig(&shim.sig, plan, use));
  bool waits = must_wait(plan, unit, use, shim.sig.needs), takes_realloc = use->canon != CTI_CANON_TASK_RETURN && (waits || use->canon == CTI_CANON_LOWER);
  if (waits) {
    shim.debug_name = debug_name(plan, use, module);
    CTI_TRY(push(plan, key_of_use(plan, unit, use), shim));
  }
  return takes_realloc ? push_realloc(plan, unit, cti_use_takes_export_realloc(use), shim.sig.needs, waits ? CTI_AFTER_MAIN : CTI_BEFORE_MAIN) : CT_OK;
}

/* Resources are declared before the module that has their destructors. */
static ct_status add_dtors(cti_plan *plan, uint32_t unit) {
  const cti_unit *u = &plan->units.items[unit];
  for (uint32_t i = 0; i < u->offers.count; i++) {
    const cti_offer *offer = &u->offers.items[i];
    if (offer->role != CTI_ROLE_DTOR) continue;
    cti_shim shim = {.kind = CTI_SHIM_DTOR, .unit = unit, .name = offer->name, .sig = cti_sig_of_letters("i:", 0, 0)};
    shim.debug_name = cti_format(plan->arena, "dtor-%.*s", CTI_S(plan->resolve.names.items[offer->type].name));
    CTI_TRY(push(plan, key_of_export(plan, CTI_SHIM_DTOR, unit, offer->name), shim));
  }
  return CT_OK;
}

ct_status cti_find_shims(cti_plan *plan) {
  for (uint32_t unit = 0; unit < plan->units.count; unit++) {
    const cti_unit *u = &plan->units.items[unit];
    if (!u->is_used) continue;
    for (uint32_t g = 0; g < u->groups.count; g++)
      for (uint32_t i = 0; i < u->groups.items[g].count; i++) CTI_TRY(add_use(plan, unit, u->groups.items[g].first + i, u->groups.items[g].module));
    CTI_TRY(add_dtors(plan, unit));
  }
  return cti_find_tls(plan);
}

/* ---- thread-local storage: in a slot of the task's context when the program has threads, in a global of the shim else */

static bool has_threads(const cti_unit *unit) {
  for (uint32_t i = 0; i < unit->uses.count; i++) {
    const cti_use *use = &unit->uses.items[i];
    if (use->kind != CTI_USE_CANON) continue;
    if (use->canon == CTI_CANON_THREAD_NEW_INDIRECT || ((use->canon == CTI_CANON_CONTEXT_GET || use->canon == CTI_CANON_CONTEXT_SET) && use->slot == 1)) return true;
  }
  return false;
}

static ct_status find_tls_type(cti_plan *plan, const cti_unit *unit) {
  for (uint32_t i = 0; i < unit->uses.count; i++) {
    const cti_use *use = &unit->uses.items[i];
    if (use->kind != CTI_USE_TLS_GET && use->kind != CTI_USE_TLS_SET) continue;
    if (plan->tls_type != CTI_VT_NONE && plan->tls_type != use->slot_type)
      return cti_fail(plan->arena->error, CT_COMPOSE_TYPE, CT_NO_OFFSET, "the base of thread-local storage is imported both as i32 and as i64");
    plan->tls_type = use->slot_type;
  }
  return CT_OK;
}

ct_status cti_find_tls(cti_plan *plan) {
  plan->tls_type = CTI_VT_NONE;
  plan->tls_in_context = false;
  for (uint32_t i = 0; i < plan->units.count; i++) plan->tls_in_context |= plan->units.items[i].is_used && has_threads(&plan->units.items[i]);
  for (uint32_t i = 0; i < plan->units.count && !plan->tls_in_context; i++)
    if (plan->units.items[i].is_used) CTI_TRY(find_tls_type(plan, &plan->units.items[i]));
  return CT_OK;
}
