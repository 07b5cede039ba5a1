/* link_env.c - the main module of linked libraries. Flows in: what they import, who has it. Flows out: a core module with the one memory, the one table and
 * the stack; a global for each address that a library asks for; a function for each one that must be callable before the library that has it exists;
 * and what libraries import of adapters, passed on.
 *
 * The order of everything is that of the reference, so that the bytes are equal. */
#include "compose/core_make.h"
#include "compose/link.h"
#include "compose/world_match.h"

enum { PAGE = 65536, HEAP_ALIGN = 16 };

typedef struct env {
  cti_link *l;
  cti_module module;
  cti_map passed_on; /* import -> place in `passed` */
  CTI_VEC(cti_link_symbol) passed;
  CTI_VEC(uint32_t) passed_index; /* in their index spaces */
  uint32_t start;       /* the imported `_start`, UINT32_MAX */
  uint32_t context_get; /* the imported context.get of slot 1, UINT32_MAX */
} env;

static ct_status failed(const env *e) { return e->l->arena->error->status; }

bool cti_link_any(const cti_link *l, cti_link_import import) {
  for (uint32_t i = 0; i < l->libraries.count; i++)
    if (l->libraries.items[i].imports[import]) return true;
  return false;
}

/* Each function has a type of its own, whether or not another one has the same. */
static uint32_t own_type(env *e, const cti_core_sig *sig) {
  cti_map none = {0};
  return cti_make_sig(&e->module, &none, sig);
}

static uint32_t import_func(env *e, ct_slice module, ct_slice name, const cti_core_sig *sig) {
  cti_extern_type type = cti_func_of_type(own_type(e, sig));
  return failed(e) ? UINT32_MAX : cti_make_import(&e->module, module, name, &type);
}

/* ---- imports */

static ct_slice import_key(const env *e, const cti_link_symbol *import) {
  ct_slice names = cti_link_two_names(e->l, import->module, import->name);
  return names.data ? cti_link_key(e->l, names, import->type) : names;
}

static cti_extern_type global_of(ct_slice type) {
  cti_extern_type out = {.kind = CTI_EXTERN_GLOBAL};
  out.of.global.type = (cti_corevt)(CTI_VT_I32 - type.data[1] + 1);
  out.of.global.is_mutable = type.data[2];
  out.of.global.shared = type.data[3];
  return out;
}

static ct_status pass_on(env *e, const cti_link_symbol *import) {
  ct_slice key = import_key(e, import);
  uint32_t value = e->passed.count, index;
  bool added;
  if (!key.data) return failed(e);
  CTI_TRY(cti_map_add(&e->passed_on, e->l->arena, key, &value, &added));
  if (!added) return CT_OK;
  if (import->type.data[0] == 1) {
    cti_core_sig sig = cti_link_sig(import->type);
    index = import_func(e, import->module, import->name, &sig);
  } else {
    cti_extern_type type = global_of(import->type);
    index = cti_make_import(&e->module, import->module, import->name, &type);
  }
  if (index == UINT32_MAX) return failed(e);
  return cti_vec_push(e->l->arena, &e->passed, *import) && cti_vec_push(e->l->arena, &e->passed_index, index) ? CT_OK : CT_NOMEM;
}

static ct_status import_start(env *e, const cti_link_library *lib) {
  cti_core_sig thunk = {0};
  if (e->start != UINT32_MAX) {
    cti_fail(e->l->arena->error, CT_COMPOSE_LINK, CT_NO_OFFSET, "two libraries export `_start`; \"%.*s\" is the second one: which one is the program?", CTI_S(lib->name));
    return failed(e);
  }
  e->start = import_func(e, lib->name, CTI_LIT("_start"), &thunk);
  return failed(e);
}

static ct_status add_imports(env *e) {
  for (uint32_t i = 0; i < e->l->libraries.count; i++) {
    const cti_link_library *lib = &e->l->libraries.items[i];
    for (uint32_t j = 0; j < lib->adapter_imports.count; j++) CTI_TRY(pass_on(e, &lib->adapter_imports.items[j]));
    if (lib->exports[CTI_LINK_START]) CTI_TRY(import_start(e, lib));
  }
  return CT_OK;
}

/* The allocator of the component: that of the first library that has one. */
static ct_status pass_on_realloc(env *e) {
  cti_core_sig sig = cti_sig_of_letters("iiii:i", 0, 0);
  ct_slice key = cti_link_key(e->l, CTI_LIT("cabi_realloc"), CTI_LIT("\1\1\1\1\1\0\1\0"));
  uint32_t exporter = key.data ? cti_map_get(&e->l->exporters, key) : CTI_MAP_NONE;
  if (exporter == CTI_MAP_NONE || e->l->exports_realloc) return failed(e);
  uint32_t func = import_func(e, e->l->libraries.items[exporter].name, CTI_LIT("cabi_realloc"), &sig);
  return func == UINT32_MAX ? failed(e) : cti_make_export(&e->module, CTI_LIT("cabi_realloc"), CTI_EXTERN_FUNC, func);
}

/* When threads may run, the base of their storage is in their context. */
static ct_status import_context_get(env *e) {
  bool has_tls = cti_link_any(e->l, CTI_LINK_GET_TLS_BASE) || cti_link_any(e->l, CTI_LINK_SET_TLS_BASE);
  if (!has_tls || !cti_link_any(e->l, CTI_LINK_THREAD_NEW)) return CT_OK;
  cti_core_sig sig = cti_sig_of_letters(":i", 0, 0);
  e->context_get = import_func(e, CTI_LIT("$root"), CTI_LIT("[context-get-1]"), &sig);
  return failed(e);
}

/* ---- globals */

static ct_status add_global(env *e, ct_slice name, uint32_t value, bool is_mutable) {
  ct_slice expr = cti_make_i32_const(e->l->arena, value);
  cti_global_type type = {.type = CTI_VT_I32, .is_mutable = is_mutable};
  uint32_t index = expr.data && name.data ? cti_make_global(&e->module, &type, expr) : UINT32_MAX;
  return index == UINT32_MAX ? failed(e) : cti_make_export(&e->module, name, CTI_EXTERN_GLOBAL, index);
}

static ct_status add_known(env *e, cti_link_import import, uint32_t value, bool is_mutable) {
  return cti_link_any(e->l, import) ? add_global(e, cti_slice_str(cti_link_import_names[import]), value, is_mutable) : CT_OK;
}

/* Where each library's data and functions begin, and a global for each address of data, which the fixup works out. */
static ct_status add_bases(env *e) {
  for (uint32_t i = 0; i < e->l->libraries.count; i++) {
    const cti_link_library *lib = &e->l->libraries.items[i];
    cti_link_align(&e->l->memory_at, 1u << lib->memory_align, e->l);
    cti_link_align(&e->l->table_at, 1u << lib->table_align, e->l);
    CTI_TRY(add_global(e, cti_link_name_of(e->l, lib->name, CTI_LIT("memory_base")), e->l->memory_at, false));
    CTI_TRY(add_global(e, cti_link_name_of(e->l, lib->name, CTI_LIT("table_base")), e->l->table_at, false));
    cti_link_advance(&e->l->memory_at, lib->memory_size, e->l);
    cti_link_advance(&e->l->table_at, lib->table_size, e->l);
    for (uint32_t j = 0; j < lib->memory_addresses.count; j++) CTI_TRY(add_global(e, cti_link_name_of(e->l, lib->name, lib->memory_addresses.items[j]), 0, true));
  }
  return failed(e);
}

static bool imports_weakly(const cti_link_library *lib, ct_slice name) {
  for (uint32_t i = 0; i < lib->env_funcs.count; i++)
    if (cti_slice_eq(lib->env_funcs.items[i].name, name) && (lib->env_funcs.items[i].flags & CTI_SYMBOL_WEAK)) return true;
  return false;
}

/* The address of a function is its slot in the table; a weak one that nobody has is null. */
static ct_status add_func_addresses(env *e) {
  cti_map slots = {0};
  for (uint32_t i = 0; i < e->l->env_funcs.count; i++) CTI_TRY(cti_map_set(&slots, e->l->arena, e->l->env_funcs.items[i].name, i));
  for (uint32_t i = 0; i < e->l->libraries.count; i++) {
    const cti_link_library *lib = &e->l->libraries.items[i];
    for (uint32_t j = 0; j < lib->table_addresses.count; j++) {
      ct_slice name = lib->table_addresses.items[j];
      uint32_t slot = cti_map_get(&slots, name);
      bool is_null = e->l->libraries.items[e->l->env_funcs.items[slot].exporter].is_stub && imports_weakly(lib, name);
      CTI_TRY(add_global(e, cti_link_name_of(e->l, lib->name, name), is_null ? 0 : e->l->table_at + slot, true));
    }
  }
  return CT_OK;
}

static ct_status add_globals(env *e, uint32_t *pages) {
  uint32_t stack = e->l->memory_at;
  CTI_TRY(cti_link_lay_out_dl(e->l));
  CTI_TRY(add_known(e, CTI_LINK_LIBDL_LIBRARIES, e->l->dl_libraries, true));
  CTI_TRY(cti_link_lay_out_tls(e->l));
  CTI_TRY(add_known(e, CTI_LINK_PROGRAM_TLS_INFO, e->l->tls_program, true));
  CTI_TRY(add_known(e, CTI_LINK_STACK_POINTER, stack, true));
  CTI_TRY(add_known(e, CTI_LINK_INIT_STACK_POINTER, stack, false));
  if (cti_link_any(e->l, CTI_LINK_ASYNCIFY_STATE) || cti_link_any(e->l, CTI_LINK_ASYNCIFY_DATA)) {
    CTI_TRY(add_global(e, CTI_LIT("__asyncify_state"), 0, true));
    CTI_TRY(add_global(e, CTI_LIT("__asyncify_data"), 0, true));
  }
  CTI_TRY(add_known(e, CTI_LINK_STACK_HIGH, stack, true));
  CTI_TRY(add_known(e, CTI_LINK_STACK_LOW, 0, true));
  CTI_TRY(add_bases(e));
  CTI_TRY(add_func_addresses(e));
  cti_link_align(&e->l->memory_at, HEAP_ALIGN, e->l);
  CTI_TRY(add_known(e, CTI_LINK_HEAP_BASE, e->l->memory_at, true));
  cti_link_align(&e->l->memory_at, PAGE, e->l);
  *pages = e->l->memory_at / PAGE;
  return add_known(e, CTI_LINK_HEAP_END, e->l->memory_at, true);
}

/* ---- functions */

enum { UNREACHABLE = 0x00, IF = 0x04, ELSE = 0x05, END = 0x0b, CALL = 0x10, CALL_INDIRECT = 0x11, LOCAL_GET = 0x20, LOCAL_TEE = 0x22, I32_LOAD = 0x28, I32_STORE = 0x36, I32_CONST = 0x41, I32_EQZ = 0x45, EMPTY = 0x40 };

static void op_index(cti_buf *code, uint8_t op, uint32_t index) {
  cti_buf_u8(code, op);
  cti_buf_uleb(code, index);
}

static void i32_const(cti_buf *code, uint32_t value) {
  cti_buf_u8(code, I32_CONST);
  cti_buf_sleb(code, (int32_t)value);
}

static ct_status define(env *e, const cti_core_sig *sig, cti_buf *code, ct_slice name) {
  uint32_t type = own_type(e, sig);
  ct_slice body = cti_take(code, e->l->arena);
  uint32_t func = body.data && name.data && type != UINT32_MAX ? cti_make_func(&e->module, type, body) : UINT32_MAX;
  return func == UINT32_MAX ? failed(e) : cti_make_export(&e->module, name, CTI_EXTERN_FUNC, func);
}

static ct_status add_env_funcs(env *e) {
  e->l->indirection_base = e->l->table_at;
  for (uint32_t i = 0; i < e->l->env_funcs.count; i++) {
    const cti_env_func *func = &e->l->env_funcs.items[i];
    cti_core_sig sig = cti_link_sig(func->type);
    cti_buf code = {0};
    cti_buf_u8(&code, 0);
    for (uint32_t p = 0; p < sig.param_count; p++) op_index(&code, LOCAL_GET, p);
    i32_const(&code, e->l->table_at);
    op_index(&code, CALL_INDIRECT, e->module.types.count); /* the type that `define` makes */
    cti_buf_u8(&code, 0);
    cti_buf_u8(&code, END);
    CTI_TRY(define(e, &sig, &code, func->name));
    cti_link_advance(&e->l->table_at, 1, e->l);
  }
  return failed(e);
}

static void access(cti_buf *code, uint8_t op, uint32_t slot) {
  cti_buf_u8(code, op);
  cti_buf_u8(code, 2);
  cti_buf_uleb(code, slot * 4);
}

/* The base of a library's storage is in its slot of an array: the current thread's, or the main thread's. */
static void write_tls_get(cti_buf *code, const env *e, uint32_t slot) {
  cti_buf_u8(code, 0);
  if (e->context_get != UINT32_MAX) op_index(code, CALL, e->context_get);
  else i32_const(code, e->l->tls_base);
  access(code, I32_LOAD, slot);
}

static void write_tls_set(cti_buf *code, const env *e, uint32_t slot) {
  bool has_context = e->context_get != UINT32_MAX;
  cti_buf_bytes(code, has_context ? CTI_LIT("\1\1\x7f") : CTI_LIT("\0"));
  if (has_context) {
    op_index(code, CALL, e->context_get);
    op_index(code, LOCAL_TEE, 1);
    cti_buf_u8(code, I32_EQZ);
    cti_buf_u8(code, IF);
    cti_buf_u8(code, EMPTY);
  }
  i32_const(code, e->l->tls_base);
  op_index(code, LOCAL_GET, 0);
  access(code, I32_STORE, slot);
  if (!has_context) return;
  cti_buf_u8(code, ELSE);
  op_index(code, LOCAL_GET, 1);
  op_index(code, LOCAL_GET, 0);
  access(code, I32_STORE, slot);
  cti_buf_u8(code, END);
}

/* A library without storage of its own never calls its accessors. */
static ct_status add_tls_func(env *e, uint32_t library, cti_link_import import) {
  const cti_link_library *lib = &e->l->libraries.items[library];
  bool is_set = import == CTI_LINK_SET_TLS_BASE;
  uint32_t slot = e->l->tls_slots[library];
  if (!lib->imports[import]) return CT_OK;
  cti_core_sig sig = cti_sig_of_letters(is_set ? "i:" : ":i", 0, 0);
  cti_buf code = {0};
  if (slot == UINT32_MAX) cti_buf_bytes(&code, CTI_LIT("\0\0")); /* no locals, unreachable */
  else if (is_set) write_tls_set(&code, e, slot);
  else write_tls_get(&code, e, slot);
  cti_buf_u8(&code, END);
  return define(e, &sig, &code, cti_link_name_of(e->l, lib->name, cti_slice_str(cti_link_import_names[import])));
}

static ct_status add_tls_funcs(env *e) {
  for (uint32_t i = 0; i < e->l->libraries.count; i++) {
    CTI_TRY(add_tls_func(e, i, CTI_LINK_GET_TLS_BASE));
    CTI_TRY(add_tls_func(e, i, CTI_LINK_SET_TLS_BASE));
  }
  return CT_OK;
}

/* ---- the module */

static ct_status add_exports(env *e, uint32_t pages) {
  for (uint32_t i = 0; i < e->passed.count; i++) {
    const cti_link_symbol *import = &e->passed.items[i];
    ct_slice name = cti_link_name_of(e->l, import->module, import->name);
    if (!name.data) return failed(e);
    CTI_TRY(cti_make_export(&e->module, name, import->type.data[0] == 1 ? CTI_EXTERN_FUNC : CTI_EXTERN_GLOBAL, e->passed_index.items[i]));
  }
  if (e->start != UINT32_MAX) CTI_TRY(cti_make_export(&e->module, CTI_LIT("_start"), CTI_EXTERN_FUNC, e->start));
  cti_table_type table = {CTI_VT_FUNCREF, {.min = e->l->table_at}};
  cti_limits memory = {.min = pages};
  for (uint32_t i = 0; i < e->l->libraries.count; i++) {
    const cti_link_library *lib = &e->l->libraries.items[i];
    if (lib->least_table > table.limits.min) table.limits.min = lib->least_table;
    if (lib->least_pages > memory.min) memory.min = lib->least_pages;
  }
  if (cti_make_table(&e->module, &table) == UINT32_MAX || cti_make_memory(&e->module, &memory) == UINT32_MAX) return failed(e);
  CTI_TRY(cti_make_export(&e->module, CTI_LIT("__indirect_function_table"), CTI_EXTERN_TABLE, 0));
  return cti_make_export(&e->module, CTI_LIT("memory"), CTI_EXTERN_MEMORY, 0);
}

/* The reference writes these sections even when there is nothing in them. */
static ct_status touch_sections(cti_module *module) {
  static const uint8_t always[] = {CTI_SECTION_TYPE, CTI_SECTION_IMPORT, CTI_SECTION_FUNCTION, CTI_SECTION_GLOBAL, CTI_SECTION_EXPORT, CTI_SECTION_CODE};
  for (unsigned i = 0; i < CTI_COUNT(always); i++)
    if (!cti_module_touch(module, always[i])) return CT_NOMEM;
  return CT_OK;
}

static ct_status fill(env *e) {
  uint32_t pages = 0;
  e->l->memory_at = e->l->options->stack_size ? e->l->options->stack_size : 16 * PAGE; /* what LLVM gives */
  e->l->table_at = 1;                                                                   /* 0 is the null function */
  CTI_TRY(add_imports(e));
  CTI_TRY(pass_on_realloc(e));
  CTI_TRY(import_context_get(e));
  CTI_TRY(add_globals(e, &pages));
  CTI_TRY(add_env_funcs(e));
  CTI_TRY(add_tls_funcs(e));
  CTI_TRY(add_exports(e, pages));
  CTI_TRY(cti_make_finish(&e->module, cti_maker_of(e->l->plan), NULL, NULL, NULL));
  return touch_sections(&e->module);
}

static ct_status encode(ct_slice *out, cti_module *module, ct_status status) {
  cti_buf encoded = {0};
  if (status == CT_OK) status = cti_make_encode(module, &encoded);
  *out = cti_take(&encoded, module->arena);
  return status != CT_OK ? status : out->data ? CT_OK : module->arena->error->status;
}

ct_status cti_link_make_env(ct_slice *out, cti_link *l) {
  env e = {.l = l, .start = UINT32_MAX, .context_get = UINT32_MAX};
  cti_make_module(&e.module, l->arena);
  return encode(out, &e.module, fill(&e));
}

ct_status cti_link_make_stubs(ct_slice *out, cti_link *l) {
  env e = {.l = l};
  ct_status status = CT_OK;
  cti_map made = {0};
  cti_make_module(&e.module, l->arena);
  for (uint32_t i = 0; status == CT_OK && i < l->missing.count; i++) {
    cti_core_sig sig = cti_link_sig(l->missing.items[i].type);
    cti_buf code = {0};
    uint32_t value = i;
    bool added;
    status = cti_map_add(&made, l->arena, l->missing.items[i].name, &value, &added);
    cti_buf_bytes(&code, CTI_LIT("\0\0\x0b")); /* no locals, unreachable, end */
    if (status == CT_OK && added) status = define(&e, &sig, &code, l->missing.items[i].name);
    else ct_buf_free(&code);
  }
  if (status == CT_OK) status = cti_make_finish(&e.module, cti_maker_of(l->plan), NULL, NULL, NULL);
  return encode(out, &e.module, status);
}
