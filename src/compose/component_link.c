/* component_link.c - a component out of shared libraries: the calls, in order. Flows in: the bytes of libraries and adapters. Flows out: pieces of a component. */
#include "base/pieces.h"
#include "compose/adapter_builtin.h"
#include "compose/component_new.h"
#include "compose/link.h"
#include "compose/units.h"
#include "compose/unmet.h"

/* Every library may need every other one, and what is needed is found by walking from one to the next. */
enum { MAX_LIBRARIES = CTI_MAX_DEPTH };

static ct_status failed(const cti_link *l) { return l->arena->error->status; }

/* ---- libraries */

static ct_status add_library(cti_link *l, ct_slice name, ct_slice file, ct_slice bytes, bool is_openable) {
  uint32_t id = l->libraries.count, value = id;
  bool added;
  if (id == MAX_LIBRARIES) return cti_fail(l->arena->error, CT_LIMIT, CT_NO_OFFSET, "more than %d libraries cannot be linked at once", MAX_LIBRARIES);
  CTI_TRY(cti_map_add(&l->ids, l->arena, name, &value, &added));
  if (!added || cti_map_get(&l->plan->unit_ids, name) != CTI_MAP_NONE) {
    cti_fail(l->arena->error, CT_COMPOSE_LINK, CT_NO_OFFSET, "two libraries or adapters are called \"%.*s\"", CTI_S(name));
    cti_error_hint(l->arena->error, "give each its own name: NAME=FILE");
    return failed(l);
  }
  cti_link_library *lib = cti_vec_add(l->arena, &l->libraries);
  if (!lib) return CT_NOMEM;
  return cti_link_read(lib, l, name, file, bytes, is_openable);
}

static ct_status read_libraries(cti_link *l) {
  for (size_t i = 0; i < l->options->library_count; i++) {
    const ct_library *library = &l->options->libraries[i];
    ct_slice file = library->file ? cti_slice_str(library->file) : (ct_slice){NULL, 0};
    CTI_TRY(add_library(l, cti_slice_str(library->name), file, library->bytes, library->dl_openable));
  }
  if (l->options->built_in_libdl) CTI_TRY(add_library(l, CTI_LIT("libdl.so"), (ct_slice){NULL, 0}, cti_libdl_image(), false));
  return CT_OK;
}

/* Libraries that a library says it needs. */
static ct_status check_needed(cti_link *l) {
  cti_lines lines = {0};
  for (uint32_t i = 0; i < l->libraries.count; i++) {
    const cti_link_library *lib = &l->libraries.items[i];
    for (uint32_t j = 0; j < lib->needed.count; j++) {
      if (cti_map_get(&l->ids, lib->needed.items[j]) != CTI_MAP_NONE) continue;
      cti_lines_add(&lines, lines.text.size ? "\n  " : "libraries are missing:\n  ", cti_format(l->arena, "\"%.*s\" needs \"%.*s\"", CTI_S(lib->name), CTI_S(lib->needed.items[j])));
    }
  }
  if (!lines.text.size && !lines.text.failed) return failed(l);
  cti_lines_fail(&lines, l->arena->error, CT_COMPOSE_LINK);
  cti_error_hint(l->arena->error, "give them by the names that they are needed by, as in libc.so=wasi-sysroot/lib/wasm32-wasip2/libc.so");
  return failed(l);
}

/* ---- symbols */

static bool is_weak(const cti_link_symbol *symbol) { return symbol->flags & CTI_SYMBOL_WEAK; }

static bool is_func(const cti_link_symbol *symbol) { return symbol->type.data[0] == 1; }

/* Can trapping functions stand for all that is missing? When it is asked for, or when nothing insists. */
static bool can_stub(const cti_link *l) {
  bool all_weak = true, all_funcs = true;
  for (uint32_t i = 0; i < l->missing.count; i++) {
    all_weak &= is_weak(&l->missing.items[i]);
    all_funcs &= is_func(&l->missing.items[i]);
  }
  return all_funcs && (all_weak || l->options->stub_missing_functions);
}

/* Who has a function of that name, but another type? Empty when nobody does. */
static ct_slice near_miss(cti_link *l, const cti_link_symbol *symbol) {
  uint32_t place = is_func(symbol) ? cti_map_get(&l->func_of, symbol->name) : CTI_MAP_NONE;
  if (place == CTI_MAP_NONE) return (ct_slice){NULL, 0};
  const cti_env_func *func = &l->func_types.items[place];
  return cti_format(l->arena, "; \"%.*s\" has it as %.*s", CTI_S(l->libraries.items[func->exporter].name), CTI_S(cti_link_type_text(l->arena, func->type)));
}

static ct_slice missing_text(cti_link *l, uint32_t place) {
  const cti_link_symbol *symbol = &l->missing.items[place];
  ct_slice who = l->libraries.items[l->missing_in.items[place]].name;
  return cti_format(l->arena, "\"%.*s\" needs \"%.*s\" (%.*s)%.*s", CTI_S(who), CTI_S(symbol->name), CTI_S(cti_link_type_text(l->arena, symbol->type)),
                    CTI_S(near_miss(l, symbol)));
}

/* Fails with every symbol that is missing and gets no stub. */
static ct_status tell_missing(cti_link *l) {
  cti_lines lines = {0};
  uint32_t funcs = 0;
  cti_lines_add(&lines, "no library has these symbols:", (ct_slice){NULL, 0});
  for (uint32_t i = 0; i < l->missing.count; i++) {
    const cti_link_symbol *symbol = &l->missing.items[i];
    if (is_weak(symbol) || (is_func(symbol) && l->options->stub_missing_functions)) continue;
    funcs += is_func(symbol);
    cti_lines_add(&lines, "\n  ", missing_text(l, i));
  }
  cti_lines_fail(&lines, l->arena->error, CT_COMPOSE_LINK);
  cti_error_hint(l->arena->error, "give the library that has them%s; the type is part of the symbol",
                 funcs ? ", or --stub-missing-functions: functions that trap when they are called" : "");
  return failed(l);
}

static ct_status add_stubs(cti_link *l) {
  ct_slice stubs;
  if (!can_stub(l)) return tell_missing(l);
  cti_plan_note(l->plan, "%u missing functions trap when they are called", l->missing.count);
  CTI_TRY(cti_link_make_stubs(&stubs, l));
  CTI_TRY(add_library(l, CTI_LIT("wit-component:stubs"), (ct_slice){NULL, 0}, stubs, false));
  cti_vec_last(&l->libraries)->is_stub = true;
  return cti_link_resolve(l);
}

static ct_status resolve(cti_link *l) {
  for (bool dropped = true; dropped;) {
    CTI_TRY(cti_link_resolve(l));
    if (l->missing.count) CTI_TRY(add_stubs(l));
    if (l->missing.count) return tell_missing(l);
    CTI_TRY(cti_link_drop_unreached(&dropped, l));
  }
  CTI_TRY(cti_link_sort(l));
  return cti_link_find_env_funcs(l);
}

/* ---- adapters */

/* What libraries import of preview1, and whether there is a main, as if it were one guest. */
static ct_status add_builtin_adapter(cti_link *l) {
  cti_module guest = {.arena = l->arena}, lib;
  for (size_t i = 0; i < l->options->library_count; i++) {
    ct_status status = cti_module_decode_interface(&lib, l->options->libraries[i].bytes, 0, l->arena);
    if (status != CT_OK && l->options->libraries[i].file) cti_error_file(l->arena->error, cti_slice_str(l->options->libraries[i].file));
    CTI_TRY(status);
    for (uint32_t j = 0; j < lib.imports.count; j++)
      if (!cti_vec_push(l->arena, &guest.imports, lib.imports.items[j])) return CT_NOMEM;
    for (uint32_t j = 0; j < lib.exports.count; j++)
      if (cti_slice_is(lib.exports.items[j].name, "_start") && !cti_vec_push(l->arena, &guest.exports, lib.exports.items[j])) return CT_NOMEM;
  }
  return cti_add_builtin_adapter(l->plan, &guest);
}

static ct_status read_adapters(cti_link *l) {
  for (size_t i = 0; i < l->plan->options->adapter_count; i++) {
    const ct_adapter *adapter = &l->plan->options->adapters[i];
    ct_slice file = adapter->file ? cti_slice_str(adapter->file) : (ct_slice){NULL, 0};
    CTI_TRY(cti_add_unit(l->plan, CTI_UNIT_ADAPTER, cti_slice_str(adapter->name), file, adapter->bytes));
  }
  return add_builtin_adapter(l);
}

/* ---- the page */

static ct_status run(ct_pieces *out, cti_link *l) {
  ct_slice env;
  CTI_TRY(read_adapters(l));
  CTI_TRY(read_libraries(l));
  CTI_TRY(check_needed(l));
  CTI_TRY(resolve(l));
  CTI_TRY(cti_link_make_env(&env, l));
  CTI_TRY(cti_set_main(l->plan, (ct_slice){NULL, 0}, env));
  CTI_TRY(cti_link_add_units(l));
  CTI_TRY(cti_compose(l->plan));
  CTI_TRY(cti_plan_pieces(out, l->plan));
  return l->plan->options->skip_validation ? CT_OK : cti_validate_pieces(out, l->arena->error);
}

ct_status ct_component_link(ct_pieces *out, const ct_component_link_options *options, ct_error *error) {
  cti_arena arena;
  cti_plan plan;
  cti_link link = {.arena = &arena, .options = options, .plan = &plan};
  *out = (ct_pieces){0};
  cti_arena_init(&arena, error);
  ct_status status = cti_plan_init(&plan, &options->component, &arena);
  plan.link = &link;
  plan.add_to_fixup = cti_link_init;
  if (status == CT_OK) status = run(out, &link);
  ct_buf_free(&link.dl_data);
  ct_buf_free(&link.tls_data);
  return cti_hand_over(out, &arena, status);
}
