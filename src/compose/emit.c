/* emit.c - what the parts of the emitter share: aliases, type encoders of the component itself, canonical options; and the custom sections at the end. */
#include "compose/emit.h"

#include "compose/layout.h"
#include "compose/producers.h"

static ct_status failed(const cti_plan *plan) { return plan->arena->error->status; }

/* ---- aliases of core exports */

uint32_t cti_emit_core_alias(cti_plan *plan, ct_slice debug_name, uint32_t instance, ct_slice name, cti_sort sort) {
  ct_slice key = cti_key_of(plan->arena, instance, name);
  if (!key.data) return UINT32_MAX;
  uint32_t index = cti_map_get(&plan->core_aliases, key);
  if (index != CTI_MAP_NONE) return index;
  index = cti_build_alias_core_export(&plan->component, sort, instance, name);
  cti_name_item(plan, debug_name);
  return cti_map_set(&plan->core_aliases, plan->arena, key, index) == CT_OK ? index : UINT32_MAX;
}

uint32_t cti_emit_hooked(cti_plan *plan, uint32_t unit, ct_slice name) {
  ct_slice key = cti_key_of(plan->arena, unit, name);
  uint32_t wrapper = key.data ? cti_map_get(&plan->hooked, key) : UINT32_MAX;
  if (!key.data || wrapper != CTI_MAP_NONE) return wrapper;
  return cti_emit_core_alias(plan, name, plan->units.items[unit].instance_index, name, CTI_SORT_CORE_FUNC);
}

/* ---- types */

uint32_t cti_alias_type(cti_plan *plan, uint32_t type) {
  const cti_wit_type *names = &plan->resolve.names.items[type];
  uint32_t instance = plan->instances[names->owner.id];
  if (instance == UINT32_MAX) {
    cti_fail(plan->arena->error, CT_INTERNAL, CT_NO_OFFSET, "type \"%.*s\" of \"%.*s\" is needed before its instance exists", CTI_S(names->name),
             CTI_S(cti_interface_id(&plan->resolve, names->owner.id)));
    return UINT32_MAX;
  }
  uint64_t key = (uint64_t)instance << 32 | type;
  uint32_t index = cti_map_get_u64(&plan->type_aliases, key); /* none but in the direct layout */
  if (index != CTI_MAP_NONE) return index;
  index = cti_build_alias_export(&plan->component, CTI_SORT_TYPE, instance, names->name);
  return plan->is_direct && cti_map_set_u64(&plan->type_aliases, plan->arena, key, index) != CT_OK ? UINT32_MAX : index;
}

static uint32_t import_type(cti_type_encoder *types, uint32_t type) { return cti_alias_type(types->context, type); }

cti_type_encoder cti_root_types(cti_plan *plan, uint32_t interface, bool of_imports) {
  cti_type_naming naming = interface != CTI_WIT_NONE ? CTI_NAMING_NONE : of_imports ? CTI_NAMING_IMPORT : CTI_NAMING_EXPORT;
  return (cti_type_encoder){.resolve = &plan->resolve, .scope = &plan->component, .arena = plan->arena, .maps = &plan->type_maps, .naming = naming, .interface = interface,
                            .import_type = import_type, .context = plan};
}

/* ---- canonical options */

void cti_add_option(cti_option_list *list, cti_canon_opt_kind kind, uint32_t index) { list->items[list->count++] = (cti_canon_opt){kind, index}; }

/* The exported function `f: func(s: string)` of interface "a:b/i". */
static ct_slice title(cti_plan *plan, const cti_emit_about *about) {
  if (!about->func) return cti_format(plan->arena, "the built-in `%s`", about->what);
  ct_slice text = cti_func_text(plan, about->func);
  if (about->item->kind != CTI_WORLD_INTERFACE) return cti_format(plan->arena, "%s function `%.*s`", about->what, CTI_S(text));
  return cti_format(plan->arena, "%s function `%.*s` of interface \"%.*s\"", about->what, CTI_S(text), CTI_S(cti_world_item_name(&plan->resolve, about->item)));
}

/* What --reject-legacy-names leaves. */
static const char *prefix(const cti_plan *plan) { return plan->options->reject_legacy_names ? "cm32p2_" : ""; }

static ct_status no_memory(cti_plan *plan, const cti_emit_about *about) {
  ct_slice what = title(plan, about);
  cti_fail(plan->arena->error, CT_COMPOSE_EXPORT, CT_NO_OFFSET, "%.*s passes values through linear memory, but the core module exports no memory named \"%smemory\"",
           CTI_S(what), prefix(plan));
  cti_error_hint(plan->arena->error, "export it: wasm-ld does unless --import-memory is given; in text: (memory (export \"%smemory\") 1)", prefix(plan));
  return failed(plan);
}

static ct_status no_realloc(cti_plan *plan, const cti_emit_about *about) {
  ct_slice what = title(plan, about);
  cti_fail(plan->arena->error, CT_COMPOSE_EXPORT, CT_NO_OFFSET, "%.*s needs room in linear memory for strings or lists that come in, but the core module exports "
           "no function named \"%srealloc\"", CTI_S(what), plan->options->reject_legacy_names ? prefix(plan) : "cabi_");
  cti_error_hint(plan->arena->error, "--synthesize-realloc makes one; bindings generators add their own; by hand: "
                 "void *cabi_realloc(void *old, size_t old_size, size_t align, size_t new_size), exported under that name");
  return failed(plan);
}

uint32_t cti_memory_of(const cti_plan *plan, uint32_t unit) { return plan->is_separate && cti_comes_first(plan, unit) ? plan->own_memory : plan->memory; }

ct_status cti_emit_options(cti_option_list *out, cti_plan *plan, uint8_t needs, cti_string_encoding encoding, uint32_t realloc, const cti_emit_about *about) {
  static const cti_canon_opt_kind encodings[CTI_ENCODING_COUNT] = {CTI_CANON_OPT_UTF8, CTI_CANON_OPT_UTF16, CTI_CANON_OPT_LATIN1_UTF16};
  *out = (cti_option_list){.items = CTI_NEW_N(plan->arena, cti_canon_opt, CTI_MAX_OPTIONS)};
  if (!out->items || failed(plan)) return failed(plan);
  uint32_t memory = cti_memory_of(plan, about->unit);
  if ((needs & CTI_NEEDS_MEMORY) && memory == UINT32_MAX) return no_memory(plan, about);
  if ((needs & CTI_NEEDS_REALLOC) && realloc == UINT32_MAX) return no_realloc(plan, about);
  if (needs & CTI_NEEDS_MEMORY) cti_add_option(out, CTI_CANON_OPT_MEMORY, memory);
  if (needs & CTI_NEEDS_REALLOC) cti_add_option(out, CTI_CANON_OPT_REALLOC, realloc);
  if (needs & CTI_NEEDS_ENCODING) cti_add_option(out, encodings[encoding], UINT32_MAX);
  if (needs & CTI_NEEDS_ASYNC) cti_add_option(out, CTI_CANON_OPT_ASYNC, UINT32_MAX);
  return CT_OK;
}

cti_string_encoding cti_encoding_of(cti_plan *plan, uint32_t unit, const cti_use *use, const cti_world_item *item, const cti_wit_func *func) {
  cti_bindings *bindings = &plan->units.items[unit].bindings;
  if (!bindings->mixed || !item) return bindings->encoding;
  bindings->resolve = plan->resolve;
  return cti_bindings_encoding(bindings, !use || use->of_export, item, func);
}

/* ---- names and producers */

void cti_name_item(cti_plan *plan, ct_slice name) {
  if (plan->component.items.count == 0) return;
  if (!cti_vec_push(plan->arena, &plan->debug_names, ((cti_naming){plan->component.items.count - 1, name}))) return;
}

/* Imports, exports and aliases of instances' exports are called what they are; other items what they were given. */
static ct_slice own_name(const cti_item *item) {
  switch (item->kind) {
  case CTI_ITEM_IMPORT: return item->of.import.name.name;
  case CTI_ITEM_EXPORT: return item->of.export_.name.name;
  case CTI_ITEM_ALIAS: return item->of.alias.kind == CTI_ALIAS_EXPORT ? item->of.alias.name : (ct_slice){NULL, 0};
  default: return (ct_slice){NULL, 0};
  }
}

typedef CTI_VEC(cti_naming) naming_list;

/* Names by sort, each with the index in its index space. */
static ct_status collect_names(naming_list lists[CTI_SORT_COUNT], cti_plan *plan) {
  uint32_t next[CTI_SORT_COUNT] = {0}, given = 0;
  for (uint32_t i = 0; i < plan->component.items.count; i++) {
    const cti_item *item = &plan->component.items.items[i];
    ct_slice name = own_name(item);
    for (; given < plan->debug_names.count && plan->debug_names.items[given].index <= i; given++)
      if (plan->debug_names.items[given].index == i) name = plan->debug_names.items[given].name;
    cti_sort sort = cti_item_sort(item, false);
    if (sort == CTI_SORT_COUNT) continue;
    uint32_t index = next[sort];
    next[sort] += cti_item_defines(item);
    if (name.data && !cti_vec_push(plan->arena, &lists[sort], ((cti_naming){index, name}))) return CT_NOMEM;
  }
  return CT_OK;
}

static void write_names(cti_buf *out, cti_sort sort, const naming_list *names) {
  if (names->count == 0) return;
  cti_buf_u8(out, 1); /* subsection: declarations of one sort */
  size_t mark = cti_buf_open(out);
  if (cti_sorts[sort].is_core) cti_buf_u8(out, 0);
  cti_buf_u8(out, cti_sorts[sort].code);
  cti_buf_uleb(out, names->count);
  for (uint32_t i = 0; i < names->count; i++) {
    cti_buf_uleb(out, names->items[i].index);
    cti_buf_name(out, names->items[i].name);
  }
  cti_buf_close(out, mark);
}

static ct_status emit_custom(cti_plan *plan, const char *name, cti_buf *content) {
  ct_slice copy = cti_take(content, plan->arena);
  if (!copy.data) return failed(plan);
  cti_build_custom(&plan->component, cti_slice_str(name), copy);
  return failed(plan);
}

/* The component-name section, sorts in the order of the reference, which writes instances a second time at the end. */
static ct_status emit_names(cti_plan *plan) {
  static const cti_sort order[] = {CTI_SORT_CORE_FUNC, CTI_SORT_CORE_TABLE,  CTI_SORT_CORE_MEMORY,   CTI_SORT_CORE_GLOBAL, CTI_SORT_CORE_TAG, CTI_SORT_CORE_TYPE,
                                   CTI_SORT_CORE_MODULE, CTI_SORT_CORE_INSTANCE, CTI_SORT_INSTANCE, CTI_SORT_FUNC,       CTI_SORT_TYPE,     CTI_SORT_COMPONENT, CTI_SORT_INSTANCE};
  naming_list lists[CTI_SORT_COUNT];
  memset(lists, 0, sizeof lists);
  CTI_TRY(collect_names(lists, plan));
  cti_buf content = {0};
  for (unsigned i = 0; i < CTI_COUNT(order); i++) write_names(&content, order[i], &lists[order[i]]);
  if (content.size) return emit_custom(plan, "component-name", &content);
  ct_status status = cti_buf_check(&content, plan->arena->error);
  ct_buf_free(&content);
  return status;
}

ct_status cti_emit_end(cti_plan *plan) {
  CTI_TRY(emit_names(plan));
  cti_buf producers = {0};
  cti_producers_base_write(&producers, cti_maker_of(plan));
  return emit_custom(plan, "producers", &producers);
}
