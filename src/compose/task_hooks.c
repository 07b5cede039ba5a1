/* task_hooks.c - telling a module about the tasks that run in it. Flows in: a main module that exports `__wasm_task_hook`. Flows out: in the fixup, a wrapper
 * around every core function that the component model calls (lifted functions, callbacks, post-returns, destructors, allocators), which calls the hook
 * with the event before and after. Cooperative threads use it to set up their stacks. */
#include "compose/fixup.h"
#include "compose/world_match.h"

enum { END = 0x0b, CALL = 0x10, SELECT = 0x1b, LOCAL_GET = 0x20, LOCAL_SET = 0x21, I32_CONST = 0x41 };

static void op_index(cti_buf *code, uint8_t op, uint32_t index) {
  cti_buf_u8(code, op);
  cti_buf_uleb(code, index);
}

static void i32_const(cti_buf *code, uint32_t value) {
  cti_buf_u8(code, I32_CONST);
  cti_buf_sleb(code, value);
}

static void call_hook(cti_buf *code, const cti_fixup *f, cti_task_event event) {
  if (event == CTI_TASK_NO_EVENT) return;
  i32_const(code, event);
  op_index(code, CALL, f->hook);
}

/* 0, what a callback returns at the end, is the finish; anything else is a block. The value stays the result. */
static void tell_state(cti_buf *code, const cti_fixup *f, uint32_t local) {
  op_index(code, LOCAL_SET, local);
  i32_const(code, CTI_TASK_ASYNC_BLOCK);
  i32_const(code, CTI_TASK_ASYNC_FINISH);
  op_index(code, LOCAL_GET, local);
  cti_buf_u8(code, SELECT);
  op_index(code, CALL, f->hook);
  op_index(code, LOCAL_GET, local);
}

void cti_hooked_body(cti_buf *code, const cti_fixup *f, const cti_hooked *hooked) {
  if (hooked->tells_state) cti_buf_bytes(code, CTI_LIT("\1\1\x7f")); /* one local, i32 */
  else cti_buf_u8(code, 0);
  call_hook(code, f, hooked->start);
  for (uint32_t i = 0; i < hooked->param_count; i++) op_index(code, LOCAL_GET, i);
  op_index(code, CALL, hooked->func);
  if (hooked->tells_state) tell_state(code, f, hooked->param_count);
  else call_hook(code, f, hooked->finish);
  cti_buf_u8(code, END);
}

static ct_status failed(const cti_fixup *f) { return f->plan->arena->error->status; }

/* Wraps the core export `name` of a unit. */
static ct_status wrap(cti_fixup *f, uint32_t unit, ct_slice name, const cti_core_sig *sig, cti_hooked hooked) {
  hooked.type = cti_make_sig(&f->module, &f->types, sig);
  hooked.func = cti_fixup_import_func(f, CTI_FIXUP_UNIT, unit, name, sig);
  hooked.param_count = sig->param_count;
  hooked.name = name;
  hooked.unit = unit;
  if (hooked.type == UINT32_MAX || hooked.func == UINT32_MAX) return failed(f);
  return cti_vec_push(f->plan->arena, &f->hooked, hooked) ? CT_OK : CT_NOMEM;
}

static ct_status wrap_lift(cti_fixup *f, uint32_t unit, const cti_offer *offer) {
  cti_plan *plan = f->plan;
  const cti_unit *u = &plan->units.items[unit];
  const cti_lift *lift = &u->lifts[plan->export_base[offer->item] + offer->func];
  const cti_wit_func *func = cti_item_func(&plan->resolve, &cti_plan_world(plan)->exports.items[offer->item], offer->func);
  bool is_async = cti_abi_is_async(offer->variant);
  cti_core_sig sig;
  CTI_TRY(cti_func_sig(&sig, plan, func, offer->variant));
  cti_hooked hooked = {.start = is_async ? CTI_TASK_ASYNC_START : CTI_TASK_SYNC_START, .finish = is_async ? CTI_TASK_ASYNC_FINISH : CTI_TASK_SYNC_FINISH};
  hooked.tells_state = offer->variant == CTI_ABI_LIFT_CALLBACK;
  if (lift->post_return != CTI_WIT_NONE) hooked.finish = CTI_TASK_NO_EVENT; /* the task ends when that has run */
  CTI_TRY(wrap(f, unit, offer->name, &sig, hooked));
  if (lift->post_return != CTI_WIT_NONE) {
    cti_core_sig post = {.param_count = sig.result_count};
    memcpy(post.params, sig.results, sizeof sig.results);
    CTI_TRY(wrap(f, unit, u->offers.items[lift->post_return].name, &post, (cti_hooked){.start = CTI_TASK_NO_EVENT, .finish = CTI_TASK_SYNC_FINISH}));
  }
  if (lift->callback == CTI_WIT_NONE) return CT_OK;
  cti_core_sig callback = cti_sig_of_letters("iii:i", 0, 0);
  return wrap(f, unit, u->offers.items[lift->callback].name, &callback, (cti_hooked){.start = CTI_TASK_ASYNC_RESUME, .tells_state = true});
}

static ct_status wrap_lifts(cti_fixup *f, uint32_t unit) {
  const cti_unit *u = &f->plan->units.items[unit];
  for (uint32_t i = 0; i < u->offers.count; i++)
    if (u->offers.items[i].role == CTI_ROLE_LIFT) CTI_TRY(wrap_lift(f, unit, &u->offers.items[i]));
  return CT_OK;
}

static bool is_realloc(cti_role role) { return role == CTI_ROLE_REALLOC || role == CTI_ROLE_IMPORT_REALLOC || role == CTI_ROLE_EXPORT_REALLOC; }

static ct_status wrap_reallocs(cti_fixup *f, uint32_t unit) {
  const cti_unit *u = &f->plan->units.items[unit];
  cti_core_sig sig = cti_sig_of_letters("iiii:i", 0, 0);
  for (uint32_t i = 0; i < u->offers.count; i++) {
    if (!is_realloc(u->offers.items[i].role)) continue;
    CTI_TRY(wrap(f, unit, u->offers.items[i].name, &sig, (cti_hooked){.start = CTI_TASK_REALLOC_START, .finish = CTI_TASK_REALLOC_FINISH}));
  }
  return CT_OK;
}

static uint32_t find_hooked(const cti_fixup *f, uint32_t unit, ct_slice name) {
  for (uint32_t i = 0; i < f->hooked.count; i++)
    if (f->hooked.items[i].unit == unit && cti_slice_eq(f->hooked.items[i].name, name)) return i;
  return CTI_WIT_NONE;
}

/* What goes into the shim is wrapped as well: allocators by the wrapper that they have, destructors by one of their own. */
static ct_status wrap_fillings(cti_fixup *f) {
  for (uint32_t i = 0; i < f->fillings.count; i++) {
    cti_filling *filling = &f->fillings.items[i];
    const cti_shim *shim = &f->plan->shims.items[filling->shim];
    if (shim->kind == CTI_SHIM_EXPORT) filling->hook = find_hooked(f, shim->unit, shim->name);
    if (shim->kind != CTI_SHIM_DTOR) continue;
    filling->hook = f->hooked.count;
    cti_hooked hooked = {.type = cti_make_sig(&f->module, &f->types, &shim->sig), .func = filling->func, .param_count = 1, .name = CTI_LIT("resource-dtor"), .unit = CTI_WIT_NONE};
    hooked.start = CTI_TASK_DTOR_START;
    hooked.finish = CTI_TASK_DTOR_FINISH;
    if (hooked.type == UINT32_MAX || !cti_vec_push(f->plan->arena, &f->hooked, hooked)) return failed(f);
  }
  return CT_OK;
}

/* What the user's code does at the start is told too. */
static ct_status wrap_start(cti_fixup *f) {
  uint32_t count = f->then.count;
  if (count == 0) return CT_OK;
  cti_action start = {.kind = CTI_ACTION_HOOK, .a = f->hook, .b = CTI_TASK_INITIALIZE_START}, finish = {.kind = CTI_ACTION_HOOK, .a = f->hook, .b = CTI_TASK_INITIALIZE_FINISH};
  if (!cti_vec_push(f->plan->arena, &f->then, finish) || !cti_vec_push(f->plan->arena, &f->then, finish)) return CT_NOMEM;
  memmove(f->then.items + 1, f->then.items, count * sizeof *f->then.items);
  f->then.items[0] = start;
  return CT_OK;
}

ct_status cti_fixup_add_task_hooks(cti_fixup *f) {
  cti_plan *plan = f->plan;
  const cti_unit *main_unit = &plan->units.items[0];
  uint32_t place = main_unit->first_of[CTI_ROLE_TASK_HOOK];
  if (place == CTI_WIT_NONE) return CT_OK;
  cti_core_sig sig = cti_sig_of_letters("i:", 0, 0);
  f->hook = cti_fixup_import_func(f, CTI_FIXUP_UNIT, 0, main_unit->offers.items[place].name, &sig);
  if (f->hook == UINT32_MAX) return failed(f);
  CTI_TRY(wrap_start(f));
  for (uint32_t i = 0; i < plan->units.count; i++)
    if (plan->units.items[i].is_used) CTI_TRY(wrap_lifts(f, i));
  for (uint32_t i = 0; i < plan->units.count; i++)
    if (plan->units.items[i].is_used) CTI_TRY(wrap_reallocs(f, i));
  return wrap_fillings(f);
}
