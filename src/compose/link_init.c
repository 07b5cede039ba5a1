/* link_init.c - libraries as units of the component, and what has to be done when all of them exist. Flows in: the link. Flows out: for each library where
 * each of its imports comes from; in the fixup: addresses worked out, the table filled, relocations applied, constructors called. */
#include "compose/link.h"
#include "compose/units.h"

static ct_status failed(const cti_link *l) { return l->arena->error->status; }

/* ---- arguments */

typedef struct arg {
  cti_link *l;
  cti_library_arg made;
  CTI_VEC(cti_library_item) items;
} arg;

static ct_status add_item(arg *a, ct_slice alias, uint32_t unit, ct_slice name) {
  uint32_t place = a->items.count;
  bool added;
  if (!name.data) return failed(a->l);
  CTI_TRY(cti_map_add(&a->made.by_alias, a->l->arena, alias, &place, &added));
  return !added || cti_vec_push(a->l->arena, &a->items, ((cti_library_item){alias, name, unit})) ? CT_OK : CT_NOMEM;
}

static ct_status add_known(arg *a, const cti_link_import *imports, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    ct_slice name = cti_slice_str(cti_link_import_names[imports[i]]);
    CTI_TRY(add_item(a, name, 0, name));
  }
  return CT_OK;
}

/* `env` has it under the library's own name. */
static ct_status add_own(arg *a, const cti_link_library *lib, ct_slice alias, ct_slice name) { return add_item(a, alias, 0, cti_link_name_of(a->l, lib->name, name)); }

static ct_status finish(cti_library_arg *out, arg *a, const char *module) {
  a->made.module = cti_slice_str(module);
  a->made.items = a->items.items;
  *out = a->made;
  return CT_OK;
}

static ct_status memory_arg(cti_library_arg *out, cti_link *l, const cti_link_library *lib) {
  static const cti_link_import known[] = {CTI_LINK_HEAP_BASE, CTI_LINK_HEAP_END, CTI_LINK_STACK_HIGH, CTI_LINK_STACK_LOW, CTI_LINK_LIBDL_LIBRARIES, CTI_LINK_PROGRAM_TLS_INFO};
  arg a = {.l = l};
  for (uint32_t i = 0; i < lib->memory_addresses.count; i++) CTI_TRY(add_own(&a, lib, lib->memory_addresses.items[i], lib->memory_addresses.items[i]));
  CTI_TRY(add_known(&a, known, CTI_COUNT(known)));
  return finish(out, &a, "GOT.mem");
}

static ct_status func_arg(cti_library_arg *out, cti_link *l, const cti_link_library *lib) {
  arg a = {.l = l};
  for (uint32_t i = 0; i < lib->table_addresses.count; i++) CTI_TRY(add_own(&a, lib, lib->table_addresses.items[i], lib->table_addresses.items[i]));
  return finish(out, &a, "GOT.func");
}

/* A function comes from the library that has it when that one is there already, else from `env`, which calls it through the table. */
static ct_status add_env_funcs(arg *a, const cti_link_library *lib, const uint32_t *units) {
  for (uint32_t i = 0; i < lib->env_funcs.count; i++) {
    const cti_link_symbol *symbol = &lib->env_funcs.items[i];
    uint32_t exporter = cti_link_exporter(a->l, symbol->name, symbol->type);
    if (exporter == CTI_MAP_NONE) return failed(a->l);
    CTI_TRY(add_item(a, symbol->name, units[exporter], symbol->name));
  }
  return CT_OK;
}

static ct_status add_tags(arg *a, const cti_link_library *lib, const uint32_t *units) {
  for (uint32_t i = 0; i < lib->tags.count; i++) {
    const cti_link_symbol *symbol = &lib->tags.items[i];
    uint32_t exporter = cti_link_exporter(a->l, symbol->name, symbol->type);
    if (exporter == CTI_MAP_NONE) return failed(a->l);
    if (units[exporter] == 0) {
      return cti_fail(a->l->arena->error, CT_COMPOSE_LINK, CT_NO_OFFSET, "library \"%.*s\" imports tag \"%.*s\" of \"%.*s\", which needs \"%.*s\" itself: a tag cannot go around such a circle",
                      CTI_S(lib->name), CTI_S(symbol->name), CTI_S(a->l->libraries.items[exporter].name), CTI_S(lib->name));
    }
    CTI_TRY(add_item(a, symbol->name, units[exporter], symbol->name));
  }
  return CT_OK;
}

static ct_status env_arg(cti_library_arg *out, cti_link *l, const cti_link_library *lib, const uint32_t *units) {
  static const cti_link_import known[] = {CTI_LINK_MEMORY, CTI_LINK_TABLE, CTI_LINK_STACK_POINTER, CTI_LINK_INIT_STACK_POINTER};
  static const cti_link_import tls[] = {CTI_LINK_GET_TLS_BASE, CTI_LINK_SET_TLS_BASE};
  static const cti_link_import asyncify[] = {CTI_LINK_ASYNCIFY_STATE, CTI_LINK_ASYNCIFY_DATA};
  arg a = {.l = l};
  CTI_TRY(add_known(&a, known, CTI_COUNT(known)));
  CTI_TRY(add_own(&a, lib, CTI_LIT("__memory_base"), CTI_LIT("memory_base")));
  CTI_TRY(add_own(&a, lib, CTI_LIT("__table_base"), CTI_LIT("table_base")));
  for (unsigned i = 0; i < CTI_COUNT(tls); i++) {
    ct_slice name = cti_slice_str(cti_link_import_names[tls[i]]);
    if (lib->imports[tls[i]]) CTI_TRY(add_own(&a, lib, name, name));
  }
  CTI_TRY(add_env_funcs(&a, lib, units));
  CTI_TRY(add_tags(&a, lib, units));
  if (lib->imports[CTI_LINK_ASYNCIFY_STATE] || lib->imports[CTI_LINK_ASYNCIFY_DATA]) CTI_TRY(add_known(&a, asyncify, CTI_COUNT(asyncify)));
  return finish(out, &a, "env");
}

/* What `env` passes on from an adapter; imports are sorted by module. */
static ct_status adapter_args(cti_library_arg *out, uint32_t *count, cti_link *l, const cti_link_library *lib) {
  for (uint32_t i = 0; i < lib->adapter_imports.count;) {
    arg a = {.l = l};
    ct_slice module = lib->adapter_imports.items[i].module;
    for (; i < lib->adapter_imports.count && cti_slice_eq(lib->adapter_imports.items[i].module, module); i++)
      CTI_TRY(add_item(&a, lib->adapter_imports.items[i].name, 0, cti_link_name_of(l, module, lib->adapter_imports.items[i].name)));
    CTI_TRY(finish(&out[*count], &a, ""));
    out[(*count)++].module = module;
  }
  return CT_OK;
}

static ct_status add_unit(cti_link *l, uint32_t id, uint32_t *units) {
  const cti_link_library *lib = &l->libraries.items[id];
  cti_library_arg *args = CTI_NEW_N(l->arena, cti_library_arg, (size_t)lib->adapter_imports.count + 3);
  uint32_t count = 3;
  if (!args) return CT_NOMEM;
  CTI_TRY(memory_arg(&args[0], l, lib));
  CTI_TRY(func_arg(&args[1], l, lib));
  CTI_TRY(env_arg(&args[2], l, lib, units));
  CTI_TRY(adapter_args(args, &count, l, lib));
  CTI_TRY(cti_add_unit(l->plan, CTI_UNIT_LIBRARY, lib->name, lib->file, lib->bytes));
  cti_unit *unit = cti_vec_last(&l->plan->units);
  unit->args = args;
  unit->arg_count = count;
  units[id] = l->plan->units.count - 1;
  return CT_OK;
}

ct_status cti_link_add_units(cti_link *l) {
  uint32_t *units = CTI_NEW_N(l->arena, uint32_t, l->libraries.count); /* by library; 0 until it is there */
  if (!units) return CT_NOMEM;
  for (uint32_t i = 0; i < l->order.count; i++) CTI_TRY(add_unit(l, l->order.items[i], units));
  l->units = units;
  return CT_OK;
}

/* ---- the start */

typedef struct starter {
  cti_link *l;
  cti_fixup *fixup;
  uint32_t memory, table;
} starter;

static uint32_t import_global(starter *s, uint32_t unit, ct_slice name, bool is_mutable) {
  cti_extern_type type = {.kind = CTI_EXTERN_GLOBAL, .of = {.global = {.type = CTI_VT_I32, .is_mutable = is_mutable}}};
  return name.data ? cti_fixup_import(s->fixup, CTI_FIXUP_UNIT, unit, name, &type) : UINT32_MAX;
}

static uint32_t import_func(starter *s, uint32_t library, ct_slice name, const cti_core_sig *sig) {
  return cti_fixup_import_func(s->fixup, CTI_FIXUP_UNIT, s->l->units[library], name, sig);
}

/* An address is the base of its library's data and what the library exports, an offset. */
static ct_status add_sum(starter *s, cti_action_kind kind, uint32_t library, ct_slice name, uint32_t to) {
  const cti_link_library *lib = &s->l->libraries.items[library];
  cti_action action = {.kind = kind, .c = to, .d = s->memory};
  action.a = import_global(s, 0, cti_link_name_of(s->l, lib->name, CTI_LIT("memory_base")), false);
  action.b = import_global(s, s->l->units[library], name, false);
  if (action.a == UINT32_MAX || action.b == UINT32_MAX) return failed(s->l);
  return cti_vec_push(s->l->arena, &s->fixup->first, action) ? CT_OK : CT_NOMEM;
}

static ct_status fill_dl_addresses(starter *s) {
  for (uint32_t i = 0; i < s->l->dl_addresses.count; i++) {
    const cti_dl_address *entry = &s->l->dl_addresses.items[i];
    CTI_TRY(add_sum(s, CTI_ACTION_STORE_SUM, cti_map_get(&s->l->ids, entry->library), entry->name, entry->address));
  }
  return CT_OK;
}

static ct_status fill_data_address(starter *s, const cti_link_library *lib, ct_slice name) {
  uint32_t exporter = cti_link_exporter(s->l, name, CTI_LINK_ADDRESS);
  if (exporter == CTI_MAP_NONE) return failed(s->l);
  const cti_link_library *from = &s->l->libraries.items[exporter];
  cti_action action = {.kind = CTI_ACTION_SET_SUM};
  action.a = import_global(s, 0, cti_link_name_of(s->l, from->name, CTI_LIT("memory_base")), false);
  action.b = import_global(s, s->l->units[exporter], name, false);
  action.c = import_global(s, 0, cti_link_name_of(s->l, lib->name, name), true);
  if (action.a == UINT32_MAX || action.b == UINT32_MAX || action.c == UINT32_MAX) return failed(s->l);
  return cti_vec_push(s->l->arena, &s->fixup->first, action) ? CT_OK : CT_NOMEM;
}

static ct_status fill_data_addresses(starter *s) {
  for (uint32_t i = 0; i < s->l->libraries.count; i++) {
    const cti_link_library *lib = &s->l->libraries.items[i];
    for (uint32_t j = 0; j < lib->memory_addresses.count; j++) CTI_TRY(fill_data_address(s, lib, lib->memory_addresses.items[j]));
  }
  return CT_OK;
}

static ct_status add_call(starter *s, uint32_t library, cti_link_export export_, bool is_user_code) {
  cti_core_sig thunk = {0};
  if (!s->l->libraries.items[library].exports[export_]) return CT_OK;
  cti_action action = {.kind = CTI_ACTION_CALL, .a = import_func(s, library, cti_slice_str(cti_link_export_names[export_]), &thunk)};
  if (action.a == UINT32_MAX) return failed(s->l);
  bool pushed = is_user_code ? cti_vec_push(s->l->arena, &s->fixup->then, action) : cti_vec_push(s->l->arena, &s->fixup->first, action);
  return pushed ? CT_OK : CT_NOMEM;
}

static ct_status add_calls(starter *s) {
  for (uint32_t i = 0; i < s->l->libraries.count; i++) CTI_TRY(add_call(s, i, CTI_LINK_APPLY_DATA_RELOCS, false));
  for (uint32_t i = 0; i < s->l->libraries.count; i++) {
    const cti_link_library *lib = &s->l->libraries.items[i];
    if (lib->exports[CTI_LINK_CALL_CTORS] && lib->exports[CTI_LINK_INITIALIZE]) {
      return cti_fail(s->l->arena->error, CT_COMPOSE_LINK, CT_NO_OFFSET, "library \"%.*s\" exports both `__wasm_call_ctors` and `_initialize`, which calls it: the constructors would run twice", CTI_S(lib->name));
    }
    CTI_TRY(add_call(s, i, CTI_LINK_CALL_CTORS, true));
    CTI_TRY(add_call(s, i, CTI_LINK_INITIALIZE, true));
  }
  return CT_OK;
}

/* ---- segments */

static ct_status add_elem(starter *s, uint32_t at, const cti_ids *funcs) {
  return cti_make_elem(&s->fixup->module, s->table, at, funcs->items, funcs->count);
}

static ct_status openable_funcs(cti_ids *out, starter *s) {
  for (uint32_t i = 0; i < s->l->libraries.count; i++) {
    const cti_link_library *lib = &s->l->libraries.items[i];
    for (uint32_t j = 0; lib->is_openable && j < lib->symbols.count; j++) {
      if (lib->symbols.items[j].type.data[0] != 1) continue;
      cti_core_sig sig = cti_link_sig(lib->symbols.items[j].type);
      uint32_t func = import_func(s, i, lib->symbols.items[j].name, &sig);
      if (func == UINT32_MAX || !cti_vec_push(s->l->arena, out, func)) return failed(s->l);
    }
  }
  return CT_OK;
}

static ct_status indirect_funcs(cti_ids *out, starter *s) {
  for (uint32_t i = 0; i < s->l->env_funcs.count; i++) {
    const cti_env_func *f = &s->l->env_funcs.items[i];
    cti_core_sig sig = cti_link_sig(f->type);
    uint32_t func = import_func(s, f->exporter, f->name, &sig);
    if (func == UINT32_MAX || !cti_vec_push(s->l->arena, out, func)) return failed(s->l);
  }
  return CT_OK;
}

static ct_status add_data(starter *s, uint32_t at, const cti_buf *bytes) {
  cti_data data = {.flags = s->memory ? 2 : 0, .mode = CTI_SEGMENT_ACTIVE, .memory = s->memory, .bytes = cti_buf_slice(bytes)};
  data.offset_expr.bytes = cti_make_i32_const(s->l->arena, at);
  return data.offset_expr.bytes.data && cti_vec_push(s->l->arena, &s->fixup->module.datas, data) ? CT_OK : failed(s->l);
}

/* Each library's description of its storage goes into the program's list. */
static ct_status fill_tls_infos(starter *s) {
  for (uint32_t i = 0; s->l->tls_info && i < s->l->libraries.count; i++)
    if (s->l->tls_slots[i] != UINT32_MAX)
      CTI_TRY(add_sum(s, CTI_ACTION_STORE_SUM, i, cti_slice_str(cti_link_export_names[CTI_LINK_LIBRARY_TLS_INFO]), s->l->tls_info + s->l->tls_slots[i] * 4));
  return CT_OK;
}

static ct_status import_shared(starter *s) {
  cti_core_sig thunk = {0};
  cti_extern_type memory = {.kind = CTI_EXTERN_MEMORY}, table = {.kind = CTI_EXTERN_TABLE, .of = {.table = {.element = CTI_VT_FUNCREF}}};
  if (cti_make_sig(&s->fixup->module, &s->fixup->types, &thunk) == UINT32_MAX) return failed(s->l);
  s->memory = cti_fixup_import(s->fixup, CTI_FIXUP_UNIT, 0, CTI_LIT("memory"), &memory);
  s->table = cti_fixup_import(s->fixup, CTI_FIXUP_UNIT, 0, CTI_LIT("__indirect_function_table"), &table);
  return failed(s->l);
}

ct_status cti_link_init(cti_plan *plan, cti_fixup *fixup) {
  starter s = {.l = plan->link, .fixup = fixup};
  cti_ids openable = {0}, indirect = {0};
  CTI_TRY(import_shared(&s));
  CTI_TRY(fill_dl_addresses(&s));
  CTI_TRY(fill_data_addresses(&s));
  CTI_TRY(add_calls(&s));
  CTI_TRY(openable_funcs(&openable, &s));
  CTI_TRY(indirect_funcs(&indirect, &s));
  CTI_TRY(fill_tls_infos(&s));
  CTI_TRY(add_elem(&s, s.l->dl_table, &openable));
  CTI_TRY(add_elem(&s, s.l->indirection_base, &indirect));
  CTI_TRY(add_data(&s, s.l->dl_memory, &s.l->dl_data));
  return s.l->tls_data.size ? add_data(&s, s.l->tls_program, &s.l->tls_data) : CT_OK;
}
