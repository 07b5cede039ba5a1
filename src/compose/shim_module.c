/* shim_module.c - the shim as a core module. Flows in: plan->shims. Flows out: a module with one function for each, which calls through slot N of a table
 * (or, with --return-call-ref, a global of a function reference that traps until it is filled); with the memory that the main module imports; and with
 * the base of thread-local storage where no context slot holds it. */
#include "adapter/adapter.h"
#include "compose/core_make.h"
#include "compose/shim.h"
#include "compose/world_match.h"

typedef struct maker {
  cti_plan *plan;
  cti_module module;
  cti_map types;
  cti_map stubs; /* type -> function that traps */
  cti_name_map names;
} maker;

enum { UNREACHABLE = 0x00, END = 0x0b, CALL_INDIRECT = 0x11, RETURN_CALL_REF = 0x15, LOCAL_GET = 0x20, GLOBAL_GET = 0x23, GLOBAL_SET = 0x24, I32_CONST = 0x41, I64_CONST = 0x42, REF_FUNC = 0xd2 };

static ct_status failed(const maker *m) { return m->plan->arena->error->status; }

static void op_index(cti_buf *code, uint8_t op, uint32_t index) {
  cti_buf_u8(code, op);
  cti_buf_uleb(code, index);
}

static ct_status name_func(maker *m, uint32_t func, ct_slice name) {
  return cti_vec_push(m->plan->arena, &m->names.names, ((cti_naming){func, name})) ? CT_OK : CT_NOMEM;
}

static uint32_t add_func(maker *m, uint32_t type, cti_buf *code) {
  cti_buf_u8(code, END);
  ct_slice body = cti_take(code, m->plan->arena);
  return body.data ? cti_make_func(&m->module, type, body) : UINT32_MAX;
}

/* What stands in a global until the fixup has run; one for each type. */
static uint32_t trap_stub(maker *m, uint32_t type) {
  uint32_t known = cti_map_get_u64(&m->stubs, type);
  if (known != CTI_MAP_NONE) return known;
  cti_buf code = {0};
  cti_buf_u8(&code, 0);
  cti_buf_u8(&code, UNREACHABLE);
  uint32_t func = add_func(m, type, &code);
  if (func == UINT32_MAX || name_func(m, func, CTI_LIT("trap stub before initialization")) || cti_map_set_u64(&m->stubs, m->plan->arena, type, func)) return UINT32_MAX;
  return func;
}

static uint32_t add_ref_global(maker *m, uint32_t type, uint32_t stub) {
  cti_buf init = {0};
  op_index(&init, REF_FUNC, stub);
  cti_buf_u8(&init, END);
  cti_global_type global = {.type = CTI_VT_REF | CTI_VT_CONCRETE | type, .is_mutable = true};
  ct_slice expr = cti_take(&init, m->plan->arena);
  return expr.data ? cti_make_global(&m->module, &global, expr) : UINT32_MAX;
}

static ct_status call_through_global(maker *m, cti_buf *code, const cti_shim *shim, uint32_t type) {
  uint32_t stub = trap_stub(m, type), global = stub == UINT32_MAX ? stub : add_ref_global(m, type, stub);
  ct_slice name = cti_format(m->plan->arena, "g%.*s", CTI_S(shim->label));
  if (global == UINT32_MAX || !name.data) return failed(m);
  CTI_TRY(cti_make_export(&m->module, name, CTI_EXTERN_GLOBAL, global));
  op_index(code, GLOBAL_GET, global);
  op_index(code, RETURN_CALL_REF, type);
  return CT_OK;
}

static void call_through_table(cti_buf *code, uint32_t slot, uint32_t type) {
  cti_buf_u8(code, I32_CONST);
  cti_buf_sleb(code, slot);
  op_index(code, CALL_INDIRECT, type);
  cti_buf_u8(code, 0); /* the table */
}

static ct_status add_shim(maker *m, uint32_t place) {
  const cti_shim *shim = &m->plan->shims.items[place];
  uint32_t type = cti_make_sig(&m->module, &m->types, &shim->sig);
  if (type == UINT32_MAX) return failed(m);
  cti_buf code = {0};
  ct_status status = CT_OK;
  cti_buf_u8(&code, 0);
  for (uint32_t i = 0; i < shim->sig.param_count; i++) op_index(&code, LOCAL_GET, i);
  if (m->plan->options->return_call_ref) status = call_through_global(m, &code, shim, type);
  else call_through_table(&code, place, type);
  uint32_t func = add_func(m, type, &code);
  if (status != CT_OK || func == UINT32_MAX) return failed(m);
  CTI_TRY(cti_make_export(&m->module, shim->label, CTI_EXTERN_FUNC, func));
  return name_func(m, func, shim->debug_name);
}

static ct_status add_table(maker *m) {
  if (m->plan->shims.count == 0 || m->plan->options->return_call_ref) return CT_OK;
  cti_table_type slots = cti_slot_table(m->plan);
  if (cti_make_table(&m->module, &slots) == UINT32_MAX) return failed(m);
  return cti_make_export(&m->module, CTI_LIT(CTI_SHIM_TABLE), CTI_EXTERN_TABLE, 0);
}

static ct_status add_memory(maker *m) {
  const cti_limits *type = m->plan->units.items[0].imported_memory;
  if (!type) return CT_OK;
  uint32_t memory = cti_make_memory(&m->module, type);
  return memory == UINT32_MAX ? failed(m) : cti_make_export(&m->module, CTI_LIT(CTI_SHIM_MEMORY), CTI_EXTERN_MEMORY, memory);
}

static ct_status add_far_func(maker *m, const char *name, const char *letters, ct_slice body) {
  cti_core_sig sig = cti_sig_of_letters(letters, 0, 0);
  uint32_t type = cti_make_sig(&m->module, &m->types, &sig), func = type == UINT32_MAX ? type : cti_make_func(&m->module, type, body);
  if (func == UINT32_MAX) return failed(m);
  CTI_TRY(cti_make_export(&m->module, cti_slice_str(name), CTI_EXTERN_FUNC, func));
  return name_func(m, func, cti_slice_str(name));
}

/* The ways between the memory of an adapter that has one of its own, which is imported and so memory 0 here, and the main module's, memory 1. */
static ct_status add_far(maker *m) {
  if (!m->plan->is_separate) return CT_OK;
  CTI_TRY(add_far_func(m, CTI_SHIM_FAR_IN, "iii:", CTI_LIT("\0\x20\0\x20\1\x20\2\xfc\x0a\0\1\x0b")));  /* memory.copy 0 1 */
  CTI_TRY(add_far_func(m, CTI_SHIM_FAR_OUT, "iii:", CTI_LIT("\0\x20\0\x20\1\x20\2\xfc\x0a\1\0\x0b"))); /* memory.copy 1 0 */
  return add_far_func(m, CTI_SHIM_FAR_PAGES, ":i", CTI_LIT("\0\x3f\1\x0b"));
}

static ct_status import_own_memory(maker *m) {
  cti_extern_type type = {.kind = CTI_EXTERN_MEMORY, .of = {.memory = {.min = CTI_ADAPTER_FAR_PAGES}}};
  if (!m->plan->is_separate) return CT_OK;
  return cti_make_import(&m->module, CTI_LIT(CTI_SHIM_OWN), CTI_LIT(CTI_SHIM_OWN), &type) == UINT32_MAX ? failed(m) : CT_OK;
}

static ct_status add_accessor(maker *m, ct_slice name, bool is_set, uint32_t global) {
  cti_core_sig sig = cti_sig_of_letters(is_set ? "v:" : ":v", 0, m->plan->tls_type);
  uint32_t type = cti_make_sig(&m->module, &m->types, &sig);
  cti_buf code = {0};
  cti_buf_u8(&code, 0);
  if (is_set) op_index(&code, LOCAL_GET, 0);
  op_index(&code, is_set ? GLOBAL_SET : GLOBAL_GET, global);
  uint32_t func = add_func(m, type, &code);
  if (type == UINT32_MAX || func == UINT32_MAX) return failed(m);
  CTI_TRY(cti_make_export(&m->module, name, CTI_EXTERN_FUNC, func));
  return name_func(m, func, name);
}

static ct_status add_tls(maker *m) {
  if (m->plan->tls_type == CTI_VT_NONE) return CT_OK;
  cti_core_sig set = cti_sig_of_letters("v:", 0, m->plan->tls_type), get = cti_sig_of_letters(":v", 0, m->plan->tls_type);
  if (cti_make_sig(&m->module, &m->types, &get) == UINT32_MAX || cti_make_sig(&m->module, &m->types, &set) == UINT32_MAX) return failed(m);
  cti_global_type type = {.type = m->plan->tls_type, .is_mutable = true};
  static const uint8_t zero[2][3] = {{I32_CONST, 0, END}, {I64_CONST, 0, END}};
  uint32_t global = cti_make_global(&m->module, &type, cti_slice(zero[m->plan->tls_type == CTI_VT_I64], 3));
  if (global == UINT32_MAX) return failed(m);
  CTI_TRY(add_accessor(m, CTI_LIT(CTI_SHIM_TLS_GET), false, global));
  return add_accessor(m, CTI_LIT(CTI_SHIM_TLS_SET), true, global);
}

static ct_status fill(maker *m) {
  CTI_TRY(import_own_memory(m));
  for (uint32_t i = 0; i < m->plan->shims.count; i++) CTI_TRY(add_shim(m, i));
  CTI_TRY(add_table(m));
  CTI_TRY(add_memory(m));
  CTI_TRY(add_far(m));
  CTI_TRY(add_tls(m));
  cti_names names = {.module = CTI_LIT("wit-component:shim")};
  return cti_make_finish(&m->module, cti_maker_of(m->plan), m->plan->options->no_debug_names ? NULL : &names, &m->names, NULL);
}

/* Modules by themselves: hosts that take memories and tables from pools (wasmtime serve) give each instance one. */
static ct_status export_alone(ct_slice *out, cti_module *module, const char *name, cti_extern_kind kind, uint32_t index) {
  cti_buf encoded = {0};
  ct_error *error = module->arena->error;
  if (index == UINT32_MAX) return error->status;
  CTI_TRY(cti_make_export(module, cti_slice_str(name), kind, index));
  ct_status status = cti_make_encode(module, &encoded);
  *out = cti_take(&encoded, module->arena);
  return status != CT_OK ? status : error->status;
}

ct_status cti_make_own_memory(ct_slice *out, cti_plan *plan) {
  cti_module module;
  cti_limits limits = {.min = CTI_ADAPTER_FAR_PAGES};
  cti_make_module(&module, plan->arena);
  return export_alone(out, &module, CTI_SHIM_OWN, CTI_EXTERN_MEMORY, cti_make_memory(&module, &limits));
}

ct_status cti_make_main_table(ct_slice *out, cti_plan *plan) {
  cti_module module;
  cti_make_module(&module, plan->arena);
  return export_alone(out, &module, CTI_MAIN_TABLE, CTI_EXTERN_TABLE, cti_make_table(&module, &plan->units.items[0].module.tables.items[0].type));
}

ct_status cti_make_shim_module(ct_slice *out, cti_plan *plan) {
  *out = (ct_slice){NULL, 0};
  if (plan->shims.count == 0 && !plan->units.items[0].imported_memory && plan->tls_type == CTI_VT_NONE) return CT_OK;
  maker m = {.plan = plan, .names = {.kind = CTI_NAME_FUNC}};
  cti_make_module(&m.module, plan->arena);
  CTI_TRY(fill(&m));
  cti_buf encoded = {0};
  ct_status status = cti_make_encode(&m.module, &encoded);
  *out = cti_take(&encoded, plan->arena);
  return status != CT_OK ? status : out->data ? CT_OK : plan->arena->error->status;
}
