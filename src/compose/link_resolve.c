/* link_resolve.c - who has what. Flows in: the libraries. Flows out: for each symbol that is imported the library that has it (the first one that was given),
 * what is missing, which libraries need which, and the order in which they are instantiated. */
#include "compose/link.h"

static ct_status failed(const cti_link *l) { return l->arena->error->status; }

/* The type of the address of data: a global that holds an offset. */
static ct_slice address_type(void) { return CTI_LIT("\2\1\0\0"); }

/* ---- providers: every exported symbol, the first library that has it wins */

static ct_status add_providers(cti_link *l, uint32_t id) {
  const cti_link_library *lib = &l->libraries.items[id];
  for (uint32_t i = 0; i < lib->symbols.count; i++) {
    const cti_link_symbol *symbol = &lib->symbols.items[i];
    ct_slice key = cti_link_key(l, symbol->name, symbol->type);
    uint32_t value = id, func = l->func_types.count;
    bool added;
    if (!key.data) return CT_NOMEM;
    CTI_TRY(cti_map_add(&l->exporters, l->arena, key, &value, &added));
    if (!added || symbol->type.data[0] != 1) continue;
    CTI_TRY(cti_map_add(&l->func_of, l->arena, symbol->name, &func, &added));
    if (added && !cti_vec_push(l->arena, &l->func_types, ((cti_env_func){symbol->name, symbol->type, id}))) return CT_NOMEM;
  }
  return CT_OK;
}

/* ---- needs */

static ct_status miss(cti_link *l, uint32_t id, const cti_link_symbol *symbol) {
  return cti_vec_push(l->arena, &l->missing, *symbol) && cti_vec_push(l->arena, &l->missing_in, id) ? CT_OK : CT_NOMEM;
}

static ct_status need(cti_link *l, uint32_t id, const cti_link_symbol *symbol) {
  ct_slice key = cti_link_key(l, symbol->name, symbol->type);
  if (!key.data) return CT_NOMEM;
  uint32_t exporter = cti_map_get(&l->exporters, key);
  return exporter == CTI_MAP_NONE ? miss(l, id, symbol) : cti_map_set(&l->resolved, l->arena, key, exporter);
}

static ct_status resolve_library(cti_link *l, uint32_t id) {
  const cti_link_library *lib = &l->libraries.items[id];
  for (uint32_t i = 0; i < lib->env_funcs.count; i++) CTI_TRY(need(l, id, &lib->env_funcs.items[i]));
  for (uint32_t i = 0; i < lib->memory_addresses.count; i++) CTI_TRY(need(l, id, &(cti_link_symbol){.name = lib->memory_addresses.items[i], .type = address_type()}));
  for (uint32_t i = 0; i < lib->tags.count; i++) CTI_TRY(need(l, id, &lib->tags.items[i]));
  return CT_OK;
}

static ct_status names_of_env_funcs(cti_map *out, const cti_link *l, const cti_link_library *lib) {
  for (uint32_t i = 0; i < lib->env_funcs.count; i++) CTI_TRY(cti_map_set(out, l->arena, lib->env_funcs.items[i].name, i));
  return CT_OK;
}

/* Addresses of functions come without a type: any function of that name will do. */
static ct_status resolve_addresses(cti_link *l, uint32_t id) {
  const cti_link_library *lib = &l->libraries.items[id];
  cti_map imported = {0};
  CTI_TRY(names_of_env_funcs(&imported, l, lib));
  for (uint32_t i = 0; i < lib->table_addresses.count; i++) {
    ct_slice name = lib->table_addresses.items[i];
    uint32_t func = cti_map_get(&l->func_of, name);
    if (func != CTI_MAP_NONE) {
      ct_slice key = cti_link_key(l, name, l->func_types.items[func].type);
      if (!key.data) return CT_NOMEM;
      CTI_TRY(cti_map_set(&l->resolved, l->arena, key, l->func_types.items[func].exporter));
    } else if (cti_map_get(&imported, name) == CTI_MAP_NONE) {
      CTI_TRY(miss(l, id, &(cti_link_symbol){.name = name, .type = CTI_LIT("\1\0\0")}));
    }
  }
  return CT_OK;
}

/* The hook is exported by `env` whether or not a library imports it: what is lifted is wrapped with it. */
static ct_slice hook_type(void) { return CTI_LIT("\1\1\0\0"); }
#define HOOK_NAME CTI_LIT("__wasm_task_hook")

static ct_status resolve_hook(cti_link *l) {
  ct_slice key = cti_link_key(l, HOOK_NAME, hook_type());
  uint32_t exporter = key.data ? cti_map_get(&l->exporters, key) : CTI_MAP_NONE;
  return exporter == CTI_MAP_NONE ? failed(l) : cti_map_set(&l->resolved, l->arena, key, exporter);
}

ct_status cti_link_resolve(cti_link *l) {
  l->exporters = l->resolved = l->func_of = (cti_map){0};
  l->func_types.count = l->missing.count = l->missing_in.count = 0;
  for (uint32_t i = 0; i < l->libraries.count; i++) CTI_TRY(add_providers(l, i));
  for (uint32_t i = 0; i < l->libraries.count; i++) CTI_TRY(resolve_library(l, i));
  for (uint32_t i = 0; i < l->libraries.count; i++) CTI_TRY(resolve_addresses(l, i));
  return resolve_hook(l);
}

uint32_t cti_link_exporter(const cti_link *l, ct_slice name, ct_slice type) {
  ct_slice key = cti_link_key(l, name, type);
  return key.data ? cti_map_get(&l->resolved, key) : CTI_MAP_NONE;
}

/* ---- dependencies: a table of who needs whom, and lists in the order in which they were found */

static ct_status depend(cti_link *l, uint32_t on, uint32_t id) {
  if (l->needs[id][on]) return CT_OK;
  l->needs[id][on] = true;
  return cti_vec_push(l->arena, &l->deps[id], on) ? CT_OK : CT_NOMEM;
}

static ct_status direct_deps(cti_link *l, uint32_t id) {
  const cti_link_library *lib = &l->libraries.items[id];
  for (uint32_t i = 0; i < lib->needed.count; i++) CTI_TRY(depend(l, cti_map_get(&l->ids, lib->needed.items[i]), id));
  for (uint32_t i = 0; i < lib->env_funcs.count; i++) {
    uint32_t exporter = cti_link_exporter(l, lib->env_funcs.items[i].name, lib->env_funcs.items[i].type);
    if (exporter == CTI_MAP_NONE) return failed(l);
    CTI_TRY(depend(l, exporter, id));
  }
  return CT_OK;
}

/* One round: what the direct ones need is needed. New ones are appended after the round, in the order of the reference. */
static ct_status widen(bool *changed, cti_link *l) {
  uint32_t count = l->libraries.count;
  cti_ids *found = CTI_NEW_N(l->arena, cti_ids, count);
  bool *seen = CTI_NEW_N(l->arena, bool, count);
  if (!found || !seen) return CT_NOMEM;
  for (uint32_t id = 0; id < count; id++) {
    memset(seen, 0, count);
    for (uint32_t i = 0; i < l->deps[id].count; i++) {
      const cti_ids *inner = &l->deps[l->deps[id].items[i]];
      for (uint32_t j = 0; j < inner->count; j++) {
        uint32_t on = inner->items[j];
        if (l->needs[id][on] || seen[on]) continue;
        seen[on] = true;
        if (!cti_vec_push(l->arena, &found[id], on)) return CT_NOMEM;
      }
    }
  }
  *changed = false;
  for (uint32_t id = 0; id < count; id++)
    for (uint32_t i = 0; i < found[id].count; i++) {
      *changed = true;
      CTI_TRY(depend(l, found[id].items[i], id));
    }
  return CT_OK;
}

static ct_status find_deps(cti_link *l) {
  uint32_t count = l->libraries.count;
  l->deps = CTI_NEW_N(l->arena, cti_ids, count);
  l->needs = CTI_NEW_N(l->arena, bool *, count);
  if (!l->deps || !l->needs) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++)
    if (!(l->needs[i] = CTI_NEW_N(l->arena, bool, count))) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++) CTI_TRY(direct_deps(l, i));
  for (bool changed = true; changed;) CTI_TRY(widen(&changed, l));
  return CT_OK;
}

/* ---- what is reached: from exports of the component, from dlopen, from a main function */

static bool is_root(const cti_link_library *lib) { return lib->has_component_exports || lib->is_openable || lib->exports[CTI_LINK_START]; }

ct_status cti_link_drop_unreached(bool *dropped, cti_link *l) {
  CTI_TRY(find_deps(l));
  bool *reached = CTI_NEW_N(l->arena, bool, l->libraries.count);
  if (!reached) return CT_NOMEM;
  for (uint32_t i = 0; i < l->libraries.count; i++) {
    if (!is_root(&l->libraries.items[i])) continue;
    reached[i] = true;
    for (uint32_t j = 0; j < l->deps[i].count; j++) reached[l->deps[i].items[j]] = true;
  }
  uint32_t kept = 0;
  l->ids = (cti_map){0};
  for (uint32_t i = 0; i < l->libraries.count; i++) {
    if (!reached[i]) {
      cti_plan_note(l->plan, "library \"%.*s\" is not reached: left out", CTI_S(l->libraries.items[i].name));
      continue;
    }
    CTI_TRY(cti_map_set(&l->ids, l->arena, l->libraries.items[i].name, kept));
    l->libraries.items[kept++] = l->libraries.items[i];
  }
  *dropped = kept < l->libraries.count;
  l->libraries.count = kept;
  return CT_OK;
}

/* ---- order: what does not need a library itself comes before those that need it; in a circle, the one that was met first. No deeper than the number of
 * libraries, which is limited. */

static ct_status place(cti_link *l, bool *placed, uint32_t id) {
  for (uint32_t i = 0; i < l->deps[id].count; i++) {
    uint32_t on = l->deps[id].items[i];
    if (!placed[on] && !l->needs[on][id]) CTI_TRY(place(l, placed, on));
  }
  if (!placed[id]) {
    placed[id] = true;
    if (!cti_vec_push(l->arena, &l->order, id)) return CT_NOMEM;
  }
  for (uint32_t i = 0; i < l->deps[id].count; i++) {
    uint32_t on = l->deps[id].items[i];
    if (!placed[on] && l->needs[on][id]) CTI_TRY(place(l, placed, on));
  }
  return CT_OK;
}

ct_status cti_link_sort(cti_link *l) {
  bool *placed = CTI_NEW_N(l->arena, bool, l->libraries.count);
  if (!placed) return CT_NOMEM;
  l->order.count = 0;
  for (uint32_t i = 0; i < l->libraries.count; i++) CTI_TRY(place(l, placed, i));
  return CT_OK;
}

/* ---- functions that `env` exports: those whose address is taken, those that are needed before they are there, and the hook */

static ct_status add_env_func(cti_link *l, cti_map *exported, ct_slice name, ct_slice type, uint32_t exporter) {
  uint32_t value = 0;
  bool added;
  CTI_TRY(cti_map_add(exported, l->arena, name, &value, &added));
  if (!added) return CT_OK;
  if (cti_slice_is(name, "cabi_realloc")) l->exports_realloc = true;
  return cti_vec_push(l->arena, &l->env_funcs, ((cti_env_func){name, type, exporter})) ? CT_OK : CT_NOMEM;
}

static ct_status add_env_funcs(cti_link *l, cti_map *exported, const bool *seen, uint32_t id) {
  const cti_link_library *lib = &l->libraries.items[id];
  for (uint32_t i = 0; i < lib->table_addresses.count; i++) {
    const cti_env_func *func = &l->func_types.items[cti_map_get(&l->func_of, lib->table_addresses.items[i])];
    CTI_TRY(add_env_func(l, exported, func->name, func->type, func->exporter));
  }
  for (uint32_t i = 0; i < lib->env_funcs.count; i++) {
    const cti_link_symbol *symbol = &lib->env_funcs.items[i];
    uint32_t exporter = cti_link_exporter(l, symbol->name, symbol->type);
    if (exporter == CTI_MAP_NONE) return failed(l);
    if (!seen[exporter]) CTI_TRY(add_env_func(l, exported, symbol->name, symbol->type, exporter));
  }
  return CT_OK;
}

ct_status cti_link_find_env_funcs(cti_link *l) {
  cti_map exported = {0};
  bool *seen = CTI_NEW_N(l->arena, bool, l->libraries.count);
  if (!seen) return CT_NOMEM;
  for (uint32_t i = 0; i < l->order.count; i++) {
    CTI_TRY(add_env_funcs(l, &exported, seen, l->order.items[i]));
    seen[l->order.items[i]] = true;
  }
  uint32_t hook = cti_link_exporter(l, HOOK_NAME, hook_type());
  return hook == CTI_MAP_NONE ? failed(l) : add_env_func(l, &exported, HOOK_NAME, hook_type(), hook);
}
