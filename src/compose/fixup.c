/* fixup.c - the fixup as a core module. Flows in: the shims and the actions of the start function. Flows out: a module that imports the real functions as
 * "actual" and the shim's table, has an element segment that fills it, and a start function where one is needed. */
#include "compose/fixup.h"

#include "compose/shim.h"
#include "compose/world_match.h"

enum { END = 0x0b, CALL = 0x10, GLOBAL_GET = 0x23, GLOBAL_SET = 0x24, I32_STORE = 0x36, I32_CONST = 0x41, I32_ADD = 0x6a, REF_FUNC = 0xd2 };

static ct_status failed(const cti_fixup *f) { return f->plan->arena->error->status; }

void cti_fixup_init(cti_fixup *f, cti_plan *plan) {
  *f = (cti_fixup){.plan = plan, .hook = UINT32_MAX, .func_names = {.kind = CTI_NAME_FUNC}, .global_names = {.kind = CTI_NAME_GLOBAL}};
  cti_make_module(&f->module, plan->arena);
}

/* ---- imports */

static ct_slice instance_name(const cti_fixup *f, cti_fixup_source source, uint32_t unit) {
  switch (source) {
  case CTI_FIXUP_SHIM: return CTI_LIT("shim");
  case CTI_FIXUP_ACTUAL: return CTI_LIT("actual");
  case CTI_FIXUP_UNIT: break;
  }
  return f->plan->units.items[unit].name;
}

static ct_status instance(uint32_t *out, cti_fixup *f, cti_fixup_source source, uint32_t unit) {
  ct_slice name = instance_name(f, source, unit);
  bool added;
  CTI_TRY(failed(f)); /* or a name might be there for which there was no room */
  *out = f->instances.count;
  CTI_TRY(cti_map_add(&f->instance_ids, f->plan->arena, name, out, &added));
  if (added) return cti_vec_push(f->plan->arena, &f->instances, ((cti_fixup_instance){name, source, unit})) ? CT_OK : CT_NOMEM;
  const cti_fixup_instance *known = &f->instances.items[*out];
  if (known->source == source && (source != CTI_FIXUP_UNIT || known->unit == unit)) return CT_OK;
  return cti_fail(f->plan->arena->error, CT_COMPOSE_ADAPTER, CT_NO_OFFSET, "an adapter cannot be called \"%.*s\": that is the name of something that is made", CTI_S(name));
}

static ct_slice import_key(const cti_fixup *f, uint32_t from, ct_slice name) { return cti_key_of(f->plan->arena, from, name); }

uint32_t cti_fixup_import(cti_fixup *f, cti_fixup_source source, uint32_t unit, ct_slice name, const cti_extern_type *type) {
  uint32_t from;
  if (instance(&from, f, source, unit)) return UINT32_MAX;
  ct_slice key = import_key(f, from, name);
  uint32_t index = key.data ? cti_map_get(&f->imported, key) : UINT32_MAX;
  if (!key.data || index != CTI_MAP_NONE) return index;
  index = cti_make_import(&f->module, f->instances.items[from].name, name, type);
  if (index == UINT32_MAX || cti_map_set(&f->imported, f->plan->arena, key, index)) return UINT32_MAX;
  cti_name_map *names = type->kind == CTI_EXTERN_FUNC ? &f->func_names : type->kind == CTI_EXTERN_GLOBAL ? &f->global_names : NULL;
  return !names || cti_vec_push(f->plan->arena, &names->names, ((cti_naming){index, name})) ? index : UINT32_MAX;
}

uint32_t cti_fixup_import_func(cti_fixup *f, cti_fixup_source source, uint32_t unit, ct_slice name, const cti_core_sig *sig) {
  uint32_t type = cti_make_sig(&f->module, &f->types, sig);
  if (type == UINT32_MAX) return UINT32_MAX;
  cti_extern_type func = cti_func_of_type(type);
  return cti_fixup_import(f, source, unit, name, &func);
}

/* ---- what there is to do */

static ct_status fill_global(cti_fixup *f, const cti_shim *shim) {
  uint32_t type = cti_make_sig(&f->module, &f->types, &shim->sig);
  cti_extern_type global = {.kind = CTI_EXTERN_GLOBAL, .of = {.global = {.type = CTI_VT_REF | CTI_VT_CONCRETE | type, .is_mutable = true}}};
  ct_slice name = cti_format(f->plan->arena, "g%.*s", CTI_S(shim->label));
  uint32_t index = type == UINT32_MAX || !name.data ? UINT32_MAX : cti_fixup_import(f, CTI_FIXUP_SHIM, 0, name, &global);
  if (index == UINT32_MAX) return failed(f);
  cti_action action = {.kind = CTI_ACTION_FILL_GLOBAL, .a = index, .b = f->fillings.count};
  return cti_vec_push(f->plan->arena, &f->first, action) ? CT_OK : CT_NOMEM;
}

ct_status cti_fixup_add_shims(cti_fixup *f) {
  for (uint32_t i = 0; i < f->plan->shims.count; i++) {
    const cti_shim *shim = &f->plan->shims.items[i];
    uint32_t func = cti_fixup_import_func(f, CTI_FIXUP_ACTUAL, 0, shim->label, &shim->sig);
    if (func == UINT32_MAX) return failed(f);
    if (f->plan->options->return_call_ref) CTI_TRY(fill_global(f, shim));
    if (!cti_vec_push(f->plan->arena, &f->fillings, ((cti_filling){i, func, CTI_WIT_NONE}))) return CT_NOMEM;
  }
  return CT_OK;
}

ct_status cti_fixup_add_initialize(cti_fixup *f) {
  const cti_unit *main_unit = &f->plan->units.items[0];
  uint32_t place = main_unit->first_of[CTI_ROLE_INITIALIZE];
  if (place == CTI_WIT_NONE) return CT_OK;
  cti_core_sig thunk = {0};
  uint32_t func = cti_fixup_import_func(f, CTI_FIXUP_UNIT, 0, main_unit->offers.items[place].name, &thunk);
  if (func == UINT32_MAX) return failed(f);
  return cti_vec_push(f->plan->arena, &f->then, ((cti_action){.kind = CTI_ACTION_CALL, .a = func})) ? CT_OK : CT_NOMEM;
}

/* ---- functions of the fixup */

static void op_index(cti_buf *code, uint8_t op, uint32_t index) {
  cti_buf_u8(code, op);
  cti_buf_uleb(code, index);
}

static void i32_const(cti_buf *code, uint32_t value) {
  cti_buf_u8(code, I32_CONST);
  cti_buf_sleb(code, (int32_t)value);
}

static ct_status add_func(uint32_t *out, cti_fixup *f, uint32_t type, cti_buf *code, ct_slice name) {
  ct_slice body = cti_take(code, f->plan->arena);
  *out = body.data ? cti_make_func(&f->module, type, body) : UINT32_MAX;
  if (*out == UINT32_MAX || !name.data) return failed(f);
  return cti_vec_push(f->plan->arena, &f->func_names.names, ((cti_naming){*out, name})) ? CT_OK : CT_NOMEM;
}

/* Wrappers get their indices in order, from *first on. */
static ct_status make_hooked(uint32_t *first, cti_fixup *f) {
  *first = f->module.funcs.count;
  for (uint32_t i = 0; i < f->hooked.count; i++) {
    const cti_hooked *hooked = &f->hooked.items[i];
    cti_buf code = {0};
    uint32_t index;
    cti_hooked_body(&code, f, hooked);
    CTI_TRY(add_func(&index, f, hooked->type, &code, cti_format(f->plan->arena, "hook-%.*s", CTI_S(hooked->name))));
    if (hooked->unit == CTI_WIT_NONE) continue;
    ct_slice label = cti_format(f->plan->arena, "hook%u", i);
    if (!label.data) return failed(f);
    CTI_TRY(cti_make_export(&f->module, label, CTI_EXTERN_FUNC, index));
  }
  return CT_OK;
}

static uint32_t filling_func(const cti_filling *filling, uint32_t first_hooked) { return filling->hook == CTI_WIT_NONE ? filling->func : first_hooked + filling->hook; }

static void store_address(cti_buf *code, uint32_t memory) {
  cti_buf_u8(code, I32_STORE);
  cti_buf_uleb(code, memory ? 2 | 0x40 : 2); /* alignment; bit 6: the index of a memory follows */
  if (memory) cti_buf_uleb(code, memory);
  cti_buf_uleb(code, 0); /* offset */
}

static void write_sum(cti_buf *code, const cti_action *action) {
  op_index(code, GLOBAL_GET, action->a);
  op_index(code, GLOBAL_GET, action->b);
  cti_buf_u8(code, I32_ADD);
}

static void write_action(cti_buf *code, const cti_fixup *f, const cti_action *action, uint32_t first_hooked) {
  switch (action->kind) {
  case CTI_ACTION_FILL_GLOBAL:
    op_index(code, REF_FUNC, filling_func(&f->fillings.items[action->b], first_hooked));
    op_index(code, GLOBAL_SET, action->a);
    break;
  case CTI_ACTION_CALL: op_index(code, CALL, action->a); break;
  case CTI_ACTION_HOOK:
    i32_const(code, action->b);
    op_index(code, CALL, action->a);
    break;
  case CTI_ACTION_STORE_SUM:
    i32_const(code, action->c);
    write_sum(code, action);
    store_address(code, action->d);
    break;
  case CTI_ACTION_SET_SUM:
    write_sum(code, action);
    op_index(code, GLOBAL_SET, action->c);
    break;
  }
}

/* A single call needs no function around it. */
static ct_status make_start(cti_fixup *f, uint32_t first_hooked) {
  if (f->first.count + f->then.count == 0) return CT_OK;
  if (f->first.count == 0 && f->then.count == 1 && f->then.items[0].kind == CTI_ACTION_CALL) {
    f->module.start = f->then.items[0].a;
    return CT_OK;
  }
  cti_buf code = {0};
  cti_core_sig thunk = {0};
  cti_buf_u8(&code, 0);
  for (uint32_t i = 0; i < f->first.count; i++) write_action(&code, f, &f->first.items[i], first_hooked);
  for (uint32_t i = 0; i < f->then.count; i++) write_action(&code, f, &f->then.items[i], first_hooked);
  cti_buf_u8(&code, END);
  return add_func(&f->module.start, f, cti_make_sig(&f->module, &f->types, &thunk), &code, CTI_LIT("start"));
}

/* ---- segments */

static const uint32_t *filling_funcs(cti_fixup *f, uint32_t first_hooked) {
  uint32_t *funcs = CTI_NEW_N(f->plan->arena, uint32_t, f->fillings.count);
  for (uint32_t i = 0; funcs && i < f->fillings.count; i++) funcs[i] = filling_func(&f->fillings.items[i], first_hooked);
  return funcs;
}

static ct_status fill_table(cti_fixup *f, uint32_t first_hooked) {
  uint32_t count = f->fillings.count;
  cti_extern_type type = {.kind = CTI_EXTERN_TABLE, .of = {.table = {CTI_VT_FUNCREF, {.min = count, .max = count, .has_max = true}}}};
  uint32_t table = cti_fixup_import(f, CTI_FIXUP_SHIM, 0, CTI_LIT(CTI_SHIM_TABLE), &type);
  const uint32_t *funcs = filling_funcs(f, first_hooked);
  return table != UINT32_MAX && funcs ? cti_make_elem(&f->module, table, 0, funcs, count) : failed(f);
}

/* What ref.func names must stand in a segment. */
static ct_status declare_funcs(cti_fixup *f, uint32_t first_hooked) {
  cti_elem elem = {.flags = 3, .mode = CTI_SEGMENT_DECLARED, .type = CTI_VT_FUNCREF, .count = f->fillings.count};
  elem.funcs = filling_funcs(f, first_hooked);
  return elem.funcs && cti_vec_push(f->plan->arena, &f->module.elems, elem) ? CT_OK : failed(f);
}

static ct_status fill(cti_fixup *f) {
  uint32_t first_hooked;
  bool by_ref = f->plan->options->return_call_ref;
  CTI_TRY(make_hooked(&first_hooked, f));
  if (f->fillings.count && !by_ref) CTI_TRY(fill_table(f, first_hooked));
  CTI_TRY(make_start(f, first_hooked));
  if (f->fillings.count && by_ref) CTI_TRY(declare_funcs(f, first_hooked));
  cti_names names = {.module = CTI_LIT("wit-component:fixups")};
  return cti_make_finish(&f->module, cti_maker_of(f->plan), f->plan->options->no_debug_names ? NULL : &names, f->func_names.names.count ? &f->func_names : NULL,
                         f->global_names.names.count ? &f->global_names : NULL);
}

ct_status cti_fixup_make(ct_slice *out, cti_fixup *f) {
  *out = (ct_slice){NULL, 0};
  bool nothing = f->first.count + f->then.count + f->fillings.count + f->hooked.count + f->module.elems.count + f->module.datas.count == 0;
  if (nothing) return CT_OK;
  CTI_TRY(fill(f));
  cti_buf encoded = {0};
  ct_status status = cti_make_encode(&f->module, &encoded);
  *out = cti_take(&encoded, f->plan->arena);
  return status != CT_OK ? status : out->data ? CT_OK : failed(f);
}
