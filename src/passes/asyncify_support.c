/* asyncify_support.c - what the module gets besides rewritten code: two globals, the five functions with their exports, and functions that push and pop one
 * value of a frame. Flows in: a module. Flows out: the same with these at the ends of its index spaces. */
#include "passes/asyncify.h"
#include "passes/gc.h"
#include "passes/layout.h"
#include "passes/module_passes.h"
#include "passes/names_move.h"

static const struct {
  cti_corevt type;
  uint16_t load, store;
  uint8_t size;
  const char *name;
} slots[CTI_ASYNCIFY_TYPES] = {
    {CTI_VT_I32, CTI_OP_I32_LOAD, CTI_OP_I32_STORE, 4, "i32"},
    {CTI_VT_I64, CTI_OP_I64_LOAD, CTI_OP_I64_STORE, 8, "i64"},
    {CTI_VT_V128, CTI_OP_V128_LOAD, CTI_OP_V128_STORE, 16, "v128"},
};

/* As exports. Imports of the module `asyncify` have what follows the prefix. */
static const char *const api_names[CTI_ASYNCIFY_API] = {"asyncify_start_unwind", "asyncify_stop_unwind", "asyncify_start_rewind", "asyncify_stop_rewind",
                                                        "asyncify_get_state"};

cti_asyncify_api cti_asyncify_api_named(ct_slice name) {
  int api = 0;
  while (api < CTI_ASYNCIFY_API && !cti_slice_is(name, api_names[api] + strlen("asyncify_"))) api++;
  return (cti_asyncify_api)api;
}

uint32_t cti_asyncify_slot(cti_corevt type) {
  uint32_t slot = 0;
  while (slot < CTI_ASYNCIFY_TYPES && slots[slot].type != type) slot++;
  return slot;
}

uint32_t cti_asyncify_helper(cti_asyncify *a, uint32_t slot, bool pop) {
  uint32_t *index = &a->helpers[slot][pop];
  if (*index == 0) *index = a->next_func++;
  return *index;
}

/* ---- before */

static bool find_memory(cti_asyncify *a, ct_slice name) {
  for (uint32_t i = 0; i < a->m->exports.count; i++) {
    const cti_export *export_ = &a->m->exports.items[i];
    if (export_->kind != CTI_EXTERN_MEMORY || !cti_slice_eq(export_->name, name)) continue;
    a->memory = export_->index;
    return true;
  }
  return false;
}

static ct_status choose_memory(cti_asyncify *a) {
  cti_module *m = a->m;
  ct_slice name = cti_slice_str(a->options->memory ? a->options->memory : "memory");
  if (m->memories.count == 0) {
    cti_memory memory = {.type = {.min = 1, .max = 1, .has_max = true, .page_log2 = 16}, .import = UINT32_MAX};
    if (!cti_vec_push(a->arena, &m->memories, memory) || !cti_module_touch(m, CTI_SECTION_MEMORY)) return CT_NOMEM;
  }
  if (m->memories.count > 1 && !find_memory(a, name)) {
    cti_fail(a->arena->error, CT_MISUSE, CT_NO_OFFSET, "the module has %u memories, and exports none as `%.*s`", m->memories.count, CTI_S(name));
    cti_error_hint(a->arena->error, "name the export of the one that frames are kept in: --pass-arg=asyncify-memory@NAME");
    return CT_MISUSE;
  }
  a->pointer = m->memories.items[a->memory].type.is_64 ? CTI_VT_I64 : CTI_VT_I32;
  return CT_OK;
}

/* Makes room for imported globals: those of the module move up. */
static ct_status move_globals(cti_asyncify *a, uint32_t by) {
  cti_module *m = a->m;
  uint32_t count = m->globals.count, imported = m->imported[CTI_EXTERN_GLOBAL];
  uint32_t *to = CTI_NEW_N(a->arena, uint32_t, count + by);
  cti_remap remap = {.space[CTI_SPACE_GLOBAL] = {to, count + by}};
  if (!to) return a->arena->error->status;
  for (uint32_t i = 0; i < count; i++) to[i] = i < imported ? i : i + by;
  for (uint32_t i = 0; i < by; i++) to[count + i] = imported + i;
  CTI_TRY(cti_module_remap(m, &remap));
  CTI_TRY(cti_names_move(m, &remap));
  for (uint32_t i = 0; i < by; i++)
    if (!cti_vec_add(a->arena, &m->globals)) return a->arena->error->status;
  memmove(m->globals.items + imported + by, m->globals.items + imported, (count - imported) * sizeof *m->globals.items);
  return CT_OK;
}

static ct_status import_global(cti_asyncify *a, uint32_t index, const char *name, cti_corevt type) {
  cti_module *m = a->m;
  cti_global_type global_type = {.type = type, .is_mutable = true};
  cti_import import = {.module = CTI_LIT("env"), .name = cti_slice_str(name), .type = {.kind = CTI_EXTERN_GLOBAL, .of.global = global_type}};
  m->globals.items[index] = (cti_global){.type = global_type, .import = m->imports.count};
  m->imported[CTI_EXTERN_GLOBAL]++;
  return cti_vec_push(a->arena, &m->imports, import) && cti_module_touch(m, CTI_SECTION_IMPORT) ? CT_OK : CT_NOMEM;
}

static ct_status define_global(cti_asyncify *a, cti_corevt type) {
  static const uint8_t zero[2][3] = {{0x41, 0, 0x0b}, {0x42, 0, 0x0b}};
  cti_global global = {.type = {.type = type, .is_mutable = true}, .import = UINT32_MAX, .init.bytes = {zero[type == CTI_VT_I64], 3}};
  return cti_vec_push(a->arena, &a->m->globals, global) && cti_module_touch(a->m, CTI_SECTION_GLOBAL) ? CT_OK : CT_NOMEM;
}

static ct_status add_globals(cti_asyncify *a) {
  cti_module *m = a->m;
  bool imported = a->options->import_globals;
  if (imported && a->options->export_globals)
    return cti_fail(a->arena->error, CT_MISUSE, CT_NO_OFFSET, "the globals of asyncify are imported or exported, not both");
  a->state = imported ? m->imported[CTI_EXTERN_GLOBAL] : m->globals.count;
  a->data = a->state + 1;
  if (!imported) {
    CTI_TRY(define_global(a, CTI_VT_I32));
    CTI_TRY(define_global(a, a->pointer));
  } else {
    CTI_TRY(move_globals(a, 2));
    CTI_TRY(import_global(a, a->state, "__asyncify_state", CTI_VT_I32));
    CTI_TRY(import_global(a, a->data, "__asyncify_data", a->pointer));
  }
  const cti_naming names[] = {{a->state, CTI_LIT("__asyncify_state")}, {a->data, CTI_LIT("__asyncify_data")}};
  return imported ? CT_OK : cti_names_add(m, CTI_NAME_GLOBAL, names, 2);
}

static cti_corevt param_of(const cti_asyncify *a, cti_asyncify_api api) {
  return api == CTI_START_UNWIND || api == CTI_START_REWIND ? a->pointer : CTI_VT_NONE;
}
static cti_corevt result_of(cti_asyncify_api api) { return api == CTI_GET_STATE ? CTI_VT_I32 : CTI_VT_NONE; }

static bool is_plain(const cti_subtype *type, cti_corevt param, cti_corevt result) {
  if (type->kind != CTI_COMPOSITE_FUNC || type->super_count || !type->is_final || type->shared) return false;
  if (type->describes != UINT32_MAX || type->descriptor != UINT32_MAX) return false;
  if (type->param_count != (param != CTI_VT_NONE) || type->result_count != (result != CTI_VT_NONE)) return false;
  return (param == CTI_VT_NONE || type->types[0] == param) && (result == CTI_VT_NONE || type->types[type->param_count] == result);
}

static ct_status check_import(const cti_asyncify *a, const cti_import *import) {
  cti_asyncify_api api = cti_asyncify_api_named(import->name);
  if (is_plain(&a->m->types.items[import->type.type], param_of(a, api), result_of(api))) return CT_OK;
  const char *param = param_of(a, api) == CTI_VT_NONE ? "nothing" : a->pointer == CTI_VT_I64 ? "i64" : "i32";
  return cti_fail(a->arena->error, CT_CORE_TYPE, import->offset, "the import `asyncify` `%.*s` has another type than asyncify's function: it takes %s and gives %s",
                  CTI_S(import->name), param, api == CTI_GET_STATE ? "i32" : "nothing");
}

/* Where imports of the functions lead to. */
static ct_status plan_imports(cti_asyncify *a) {
  uint32_t size = a->func_count + CTI_ASYNCIFY_API + 1 + 2 * CTI_ASYNCIFY_TYPES;
  uint32_t *to = NULL;
  for (uint32_t i = 0; i < a->m->imported[CTI_EXTERN_FUNC]; i++) {
    const cti_import *import = &a->m->imports.items[a->m->funcs.items[i].import];
    if (!cti_slice_is(import->module, "asyncify")) continue;
    CTI_TRY(check_import(a, import));
    if (!to) {
      to = CTI_NEW_N(a->arena, uint32_t, size);
      if (!to) return a->arena->error->status;
      for (uint32_t k = 0; k < size; k++) to[k] = k;
    }
    to[i] = a->func_count + cti_asyncify_api_named(import->name);
  }
  if (to) a->remap.space[CTI_SPACE_FUNC].to = to, a->remap.space[CTI_SPACE_FUNC].count = size;
  return CT_OK;
}

ct_status cti_asyncify_refuse_second(const cti_module *m, ct_error *error) {
  for (uint32_t i = 0; i < m->exports.count; i++)
    for (int k = 0; k < CTI_ASYNCIFY_API; k++)
      if (cti_slice_is(m->exports.items[i].name, api_names[k]))
        return cti_fail(error, CT_CORE_INVALID, m->exports.items[i].offset, "the module exports `%s` already: it went through asyncify before", api_names[k]);
  return CT_OK;
}

ct_status cti_asyncify_prepare(cti_asyncify *a) {
  CTI_TRY(cti_asyncify_refuse_second(a->m, a->arena->error));
  a->check = a->func_count + CTI_ASYNCIFY_API;
  a->next_func = a->check + 1;
  CTI_TRY(choose_memory(a));
  CTI_TRY(plan_imports(a));
  return add_globals(a);
}

/* ---- code */

static void op(cti_buf *out, uint16_t code) {
  cti_instr instr = {.op = (cti_op)code};
  cti_instr_write(out, &instr);
}

static void indexed(cti_buf *out, uint16_t code, uint32_t index) {
  cti_instr instr = {.op = (cti_op)code, .a = index};
  cti_instr_write(out, &instr);
}

static void constant(cti_buf *out, cti_corevt type, uint64_t value) {
  cti_instr instr = {.op = type == CTI_VT_I64 ? CTI_OP_I64_CONST : CTI_OP_I32_CONST, .value = value};
  cti_instr_write(out, &instr);
}

static void access(const cti_asyncify *a, cti_buf *out, uint16_t code, uint32_t align, uint64_t offset) {
  cti_instr instr = {.op = (cti_op)code, .memarg = {.align_log2 = align, .memory = a->memory, .offset = offset, }};
  instr.ordering = CTI_ORDER_UNWRITTEN;
  cti_instr_write(out, &instr);
}

static bool is_wide(const cti_asyncify *a) { return a->pointer == CTI_VT_I64; }

static void pointer_access(const cti_asyncify *a, cti_buf *out, bool store, uint64_t offset) {
  uint16_t code = is_wide(a) ? (store ? CTI_OP_I64_STORE : CTI_OP_I64_LOAD) : (store ? CTI_OP_I32_STORE : CTI_OP_I32_LOAD);
  access(a, out, code, is_wide(a) ? 3 : 2, offset);
}

/* One run of a local of pointer type, or none. */
static void locals(const cti_asyncify *a, cti_buf *out, bool one) {
  cti_buf_u8(out, one);
  if (!one) return;
  cti_buf_u8(out, 1);
  cti_buf_u8(out, (uint8_t)a->pointer);
}

static void push_body(const cti_asyncify *a, cti_buf *out, uint32_t slot) {
  locals(a, out, true);
  indexed(out, CTI_OP_GLOBAL_GET, a->data);
  pointer_access(a, out, false, 0);
  indexed(out, CTI_OP_LOCAL_TEE, 1);
  indexed(out, CTI_OP_LOCAL_GET, 0);
  access(a, out, slots[slot].store, 2, 0);
  indexed(out, CTI_OP_GLOBAL_GET, a->data);
  indexed(out, CTI_OP_LOCAL_GET, 1);
  constant(out, a->pointer, slots[slot].size);
  op(out, is_wide(a) ? CTI_OP_I64_ADD : CTI_OP_I32_ADD);
  pointer_access(a, out, true, 0);
  op(out, CTI_OP_END);
}

static void pop_body(const cti_asyncify *a, cti_buf *out, uint32_t slot) {
  locals(a, out, true);
  indexed(out, CTI_OP_GLOBAL_GET, a->data);
  indexed(out, CTI_OP_GLOBAL_GET, a->data);
  pointer_access(a, out, false, 0);
  constant(out, a->pointer, slots[slot].size);
  op(out, is_wide(a) ? CTI_OP_I64_SUB : CTI_OP_I32_SUB);
  indexed(out, CTI_OP_LOCAL_TEE, 0);
  pointer_access(a, out, true, 0);
  indexed(out, CTI_OP_LOCAL_GET, 0);
  access(a, out, slots[slot].load, 2, 0);
  op(out, CTI_OP_END);
}

/* Frames that went past the end of their room are told here, where somebody looks. */
static void check_body(const cti_asyncify *a, cti_buf *out) {
  locals(a, out, false);
  indexed(out, CTI_OP_GLOBAL_GET, a->data);
  pointer_access(a, out, false, 0);
  indexed(out, CTI_OP_GLOBAL_GET, a->data);
  pointer_access(a, out, false, is_wide(a) ? 8 : 4);
  op(out, is_wide(a) ? CTI_OP_I64_GT_U : CTI_OP_I32_GT_U);
  cti_buf_bytes(out, CTI_LIT("\x04\x40\x00\x0b")); /* if unreachable end */
  op(out, CTI_OP_END);
}

static void api_body(const cti_asyncify *a, cti_buf *out, cti_asyncify_api api) {
  static const uint8_t states[CTI_ASYNCIFY_API] = {1, 0, 2, 0, 0};
  locals(a, out, false);
  if (api == CTI_GET_STATE) {
    indexed(out, CTI_OP_GLOBAL_GET, a->state);
    op(out, CTI_OP_END);
    return;
  }
  constant(out, CTI_VT_I32, states[api]);
  indexed(out, CTI_OP_GLOBAL_SET, a->state);
  if (states[api]) {
    indexed(out, CTI_OP_LOCAL_GET, 0);
    indexed(out, CTI_OP_GLOBAL_SET, a->data);
  }
  indexed(out, CTI_OP_CALL, a->check);
  op(out, CTI_OP_END);
}

/* ---- after */

/* The function type with at most one parameter or one result. In a recursion group it would be another type. */
static ct_status find_type(cti_asyncify *a, uint32_t *out, cti_corevt param, cti_corevt result) {
  cti_module *m = a->m;
  for (uint32_t i = 0; i < m->rec_groups.count; i++) {
    *out = m->rec_groups.items[i].first;
    if (m->rec_groups.items[i].count == 1 && is_plain(&m->types.items[*out], param, result)) return CT_OK;
  }
  cti_corevt *types = CTI_NEW_N(a->arena, cti_corevt, 1);
  if (!types) return a->arena->error->status;
  types[0] = param != CTI_VT_NONE ? param : result;
  cti_subtype type = {.kind = CTI_COMPOSITE_FUNC, .is_final = true, .super = UINT32_MAX, .describes = UINT32_MAX, .descriptor = UINT32_MAX,
                      .param_count = param != CTI_VT_NONE, .result_count = result != CTI_VT_NONE, .types = types};
  *out = m->types.count;
  cti_rec_group group = {.first = *out, .count = 1};
  return cti_vec_push(a->arena, &m->types, type) && cti_vec_push(a->arena, &m->rec_groups, group) && cti_module_touch(m, CTI_SECTION_TYPE) ? CT_OK : CT_NOMEM;
}

static ct_status add_func(cti_asyncify *a, cti_corevt param, cti_corevt result, cti_buf *body, ct_slice name) {
  cti_func func = {.import = UINT32_MAX};
  func.body = cti_take(body, a->arena);
  CTI_TRY(find_type(a, &func.type, param, result));
  cti_naming naming = {a->m->funcs.count, name};
  if (!func.body.data || !cti_vec_push(a->arena, &a->m->funcs, func)) return a->arena->error->status;
  return cti_vec_push(a->arena, &a->added, naming) ? CT_OK : CT_NOMEM;
}

static ct_status add_api(cti_asyncify *a) {
  for (int i = 0; i < CTI_ASYNCIFY_API; i++) {
    cti_buf body = {0};
    ct_slice name = cti_slice_str(api_names[i]);
    cti_export export_ = {.name = name, .kind = CTI_EXTERN_FUNC, .index = a->m->funcs.count};
    api_body(a, &body, (cti_asyncify_api)i);
    CTI_TRY(add_func(a, param_of(a, (cti_asyncify_api)i), result_of((cti_asyncify_api)i), &body, name));
    if (!cti_vec_push(a->arena, &a->m->exports, export_)) return a->arena->error->status;
  }
  cti_buf check = {0};
  check_body(a, &check);
  return add_func(a, CTI_VT_NONE, CTI_VT_NONE, &check, CTI_LIT("__asyncify_check"));
}

static ct_status add_helper(cti_asyncify *a, uint32_t slot, bool pop) {
  cti_buf body = {0};
  if (pop) pop_body(a, &body, slot);
  else push_body(a, &body, slot);
  ct_slice name = cti_format(a->arena, "__asyncify_%s_%s", pop ? "pop" : "push", slots[slot].name);
  return add_func(a, pop ? CTI_VT_NONE : slots[slot].type, pop ? slots[slot].type : CTI_VT_NONE, &body, name);
}

/* In the order in which their indices were given out. */
static ct_status add_helpers(cti_asyncify *a) {
  for (uint32_t index = a->check + 1; index < a->next_func; index++)
    for (uint32_t i = 0; i < 2 * CTI_ASYNCIFY_TYPES; i++)
      if (a->helpers[i / 2][i % 2] == index) CTI_TRY(add_helper(a, i / 2, i % 2));
  return CT_OK;
}

static ct_status export_globals(cti_asyncify *a) {
  cti_export state = {.name = CTI_LIT("__asyncify_state"), .kind = CTI_EXTERN_GLOBAL, .index = a->state};
  cti_export data = {.name = CTI_LIT("__asyncify_data"), .kind = CTI_EXTERN_GLOBAL, .index = a->data};
  return cti_vec_push(a->arena, &a->m->exports, state) && cti_vec_push(a->arena, &a->m->exports, data) ? CT_OK : CT_NOMEM;
}

/* References to the imports of `asyncify` move to what is exported, and with that the imports go. */
static ct_status drop_imports(cti_asyncify *a) {
  cti_uses uses;
  if (!a->remap.space[CTI_SPACE_FUNC].to) return CT_OK;
  CTI_TRY(cti_module_remap(a->m, &a->remap));
  CTI_TRY(cti_gc_mark(&uses, a->m, a->arena));
  return cti_layout_apply(a->m, &uses, true);
}

ct_status cti_asyncify_finish(cti_asyncify *a) {
  static const uint8_t touched[] = {CTI_SECTION_FUNCTION, CTI_SECTION_EXPORT, CTI_SECTION_CODE};
  for (size_t i = 0; i < CTI_COUNT(touched); i++)
    if (!cti_module_touch(a->m, touched[i])) return a->arena->error->status;
  CTI_TRY(add_api(a));
  CTI_TRY(add_helpers(a));
  CTI_TRY(cti_names_add(a->m, CTI_NAME_FUNC, a->added.items, a->added.count));
  if (a->options->export_globals) CTI_TRY(export_globals(a));
  CTI_TRY(cti_names_move(a->m, &(cti_remap){0})); /* drops the names of labels and locals, which are others now */
  return drop_imports(a);
}
