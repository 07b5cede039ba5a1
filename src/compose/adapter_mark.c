/* adapter_mark.c - what of an adapter is used. Flows in: a core module and the names of exports that stay. Flows out: which functions, types, globals,
 * memories and tables are reachable from these. A work list, not recursion: an adapter may be as deep as it likes. */
#include "compose/adapter.h"

#include <stdio.h>

#include "wit/wit_error.h"

typedef struct live_item {
  cti_space space;
  uint32_t index;
} live_item;

typedef struct marker {
  cti_splice *s;
  CTI_VEC(live_item) pending;
  ct_status status;
} marker;

static ct_status refuse(const cti_splice *s, uint64_t offset, const char *what, const char *hint) {
  ct_status status = cti_fail(s->arena->error, CT_COMPOSE_ADAPTER, offset, "\"%.*s\" is no adapter: %s", CTI_S(s->name), what);
  cti_error_hint(s->arena->error, "%s", hint);
  return status;
}

static const char *const shape_hint =
    "an adapter imports the memory of the module that it serves, and has no data, tables or start function of its own (compile without constant data, jump tables "
    "and panics); a library that has them is linked: ctool component link";

/* The sections that an adapter cannot have. */
static ct_status check_sections(const cti_splice *s) {
  static const uint8_t refused[] = {CTI_SECTION_TAG, CTI_SECTION_START, CTI_SECTION_ELEM, CTI_SECTION_DATA_COUNT, CTI_SECTION_DATA};
  for (unsigned i = 0; i < CTI_COUNT(refused); i++) {
    const cti_section *section = cti_module_section(&s->in, refused[i]);
    if (!section) continue;
    char what[64];
    snprintf(what, sizeof what, "it has %s %s section", strchr("aeiou", cti_section_name(refused[i])[0]) ? "an" : "a", cti_section_name(refused[i]));
    return refuse(s, section->frame.offset, what, shape_hint);
  }
  for (uint32_t i = 0; i < s->in.types.count; i++)
    if (s->in.types.items[i].kind != CTI_COMPOSITE_FUNC) return refuse(s, s->in.types.items[i].offset, "it has types other than functions'", shape_hint);
  return CT_OK;
}

/* ---- exports: those that are not required leave by the last one taking their place, which is the order that the reference gives them */

static ct_status keep_exports(cti_splice *s) {
  uint32_t count = s->in.exports.count, left = count;
  uint32_t *order = CTI_NEW_N(s->arena, uint32_t, count), *place = CTI_NEW_N(s->arena, uint32_t, count);
  if (!order || !place) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++) order[i] = place[i] = i;
  for (uint32_t i = 0; i < count; i++) {
    if (cti_map_get(s->required, s->in.exports.items[i].name) != CTI_MAP_NONE) continue;
    uint32_t last = order[--left];
    order[place[i]] = last;
    place[last] = place[i];
  }
  for (uint32_t i = 0; i < left; i++)
    if (!cti_vec_push(s->arena, &s->exports, order[i])) return CT_NOMEM;
  return CT_OK;
}

static ct_status check_required(const cti_splice *s) {
  cti_map have = {0};
  for (uint32_t i = 0; i < s->exports.count; i++) CTI_TRY(cti_map_set(&have, s->arena, s->in.exports.items[s->exports.items[i]].name, i));
  for (uint32_t i = 0; i < s->required->count; i++) {
    ct_slice name = cti_map_key(&s->required->entries[i]);
    if (cti_map_get(&have, name) == CTI_MAP_NONE) {
      cti_nearest nearest = cti_nearest_make(name);
      for (uint32_t k = 0; k < s->in.exports.count; k++) cti_nearest_try(&nearest, s->in.exports.items[k].name);
      ct_slice near = nearest.best.size ? cti_format(s->arena, "; it has \"%.*s\"", CTI_S(nearest.best)) : CTI_LIT("");
      cti_fail(s->arena->error, CT_COMPOSE_ADAPTER, CT_NO_OFFSET, "adapter \"%.*s\" does not export \"%.*s\", which the module imports%.*s", CTI_S(s->name), CTI_S(name), CTI_S(near));
      if (nearest.best.size) cti_error_hint(s->arena->error, "import it as \"%.*s\"", CTI_S(nearest.best));
      cti_error_hint(s->arena->error, "use an adapter of a version that has it, or build the module for the version that the adapter serves");
      return s->arena->error->status;
    }
  }
  return CT_OK;
}

/* ---- liveness */

static void mark(void *context, cti_space space, uint32_t index) {
  marker *m = context;
  if (m->status != CT_OK) return;
  if (index >= m->s->count[space]) {
    m->status = refuse(m->s, CT_NO_OFFSET, "an index in it points past the end of its index space", "ctool validate tells where");
    return;
  }
  if (m->s->live[space][index]) return;
  m->s->live[space][index] = true;
  if (!cti_vec_push(m->s->arena, &m->pending, ((live_item){space, index}))) m->status = CT_NOMEM;
}

static ct_status mark_code(marker *m, cti_cursor *c) {
  cti_instr instr;
  while (cti_instr_next(&instr, c)) cti_instr_each_ref(&instr, mark, m);
  return cti_cursor_status(c);
}

static ct_status mark_func(marker *m, const cti_func *func) {
  mark(m, CTI_SPACE_TYPE, func->type);
  if (func->import != UINT32_MAX) return CT_OK;
  cti_cursor c = cti_cursor_make(func->body, func->body_offset, m->s->arena->error);
  uint32_t runs = cti_cursor_count(&c, "runs of locals");
  for (uint32_t i = 0; i < runs && !c.failed; i++) cti_valtype_each_ref(cti_read_local_run(&c).type, mark, m);
  return mark_code(m, &c);
}

static ct_status mark_expr(marker *m, const cti_expr *expr) {
  cti_cursor c = cti_cursor_make(expr->bytes, expr->offset, m->s->arena->error);
  return mark_code(m, &c);
}

static ct_status mark_item(marker *m, live_item item) {
  const cti_module *in = &m->s->in;
  switch (item.space) {
  case CTI_SPACE_FUNC: return mark_func(m, &in->funcs.items[item.index]);
  case CTI_SPACE_GLOBAL:
    cti_valtype_each_ref(in->globals.items[item.index].type.type, mark, m);
    return mark_expr(m, &in->globals.items[item.index].init);
  case CTI_SPACE_TABLE: cti_valtype_each_ref(in->tables.items[item.index].type.element, mark, m); return CT_OK;
  case CTI_SPACE_TYPE: {
    const cti_subtype *type = &in->types.items[item.index];
    for (uint32_t i = 0; i < type->param_count + type->result_count; i++) cti_valtype_each_ref(type->types[i], mark, m);
    return CT_OK;
  }
  default: return CT_OK; /* a memory refers to nothing */
  }
}

static ct_status mark_all(cti_splice *s) {
  const uint32_t counts[CTI_SPACE_COUNT] = {s->in.funcs.count, s->in.tables.count, s->in.memories.count, s->in.globals.count, 0, s->in.types.count, 0, 0};
  marker m = {.s = s};
  for (unsigned i = 0; i < CTI_SPACE_COUNT; i++) {
    s->count[i] = counts[i];
    s->live[i] = CTI_NEW_N(s->arena, bool, counts[i]);
    if (!s->live[i]) return CT_NOMEM;
  }
  for (uint32_t i = 0; i < s->exports.count; i++) {
    const cti_export *export_ = &s->in.exports.items[s->exports.items[i]];
    mark(&m, (cti_space)export_->kind, export_->index);
  }
  while (m.status == CT_OK && m.pending.count) {
    live_item item = *cti_vec_last(&m.pending);
    m.pending.count--;
    CTI_TRY(mark_item(&m, item));
  }
  return m.status;
}

/* ---- names, and the two globals that are found by name. A name section that cannot be read is none. */

static ct_slice *names_by_index(const cti_splice *s, const cti_name_map *map, uint32_t count) {
  ct_slice *names = CTI_NEW_N(s->arena, ct_slice, count);
  for (uint32_t i = 0; names && map && i < map->names.count; i++)
    if (map->names.items[i].index < count) names[map->names.items[i].index] = map->names.items[i].name;
  return names;
}

static ct_status read_names(cti_splice *s) {
  const cti_section *section = cti_module_custom(&s->in, CTI_LIT("name"), NULL);
  cti_names names = {0};
  ct_error ignored;
  ct_error_clear(&ignored);
  if (section) cti_names_parse(&names, section->content, 0, s->arena, &ignored);
  if (s->arena->error->status != CT_OK) return s->arena->error->status;
  s->func_names = names_by_index(s, cti_names_of(&names, CTI_NAME_FUNC), s->in.funcs.count);
  s->global_names = names_by_index(s, cti_names_of(&names, CTI_NAME_GLOBAL), s->in.globals.count);
  return s->func_names && s->global_names ? CT_OK : CT_NOMEM;
}

static ct_status find_global(uint32_t *out, const cti_splice *s, const char *name) {
  *out = UINT32_MAX;
  for (uint32_t i = 0; i < s->in.globals.count; i++) {
    const cti_global *global = &s->in.globals.items[i];
    if (!s->live[CTI_SPACE_GLOBAL][i] || !global->type.is_mutable || global->type.type != CTI_VT_I32 || !cti_slice_is(s->global_names[i], name)) continue;
    if (*out != UINT32_MAX) return refuse(s, CT_NO_OFFSET, "two of its globals have one name, so that its stack pointer is not known", "link it so that names in its name section are unique");
    *out = i;
  }
  return CT_OK;
}

bool cti_splice_is_realloc(const cti_import *import) {
  return cti_slice_is(import->module, "__main_module__") && (cti_slice_is(import->name, "canonical_abi_realloc") || cti_slice_is(import->name, "cabi_realloc"));
}

/* Will a function be made that grows the memory? For an allocator that the main module does not have, or for the stack. */
static bool will_grow(const cti_splice *s) {
  if (s->stack_pointer != UINT32_MAX && (!s->realloc.data || s->allocation_state == UINT32_MAX)) return true;
  for (uint32_t i = 0; !s->realloc.data && i < s->in.funcs.count; i++) {
    uint32_t import = s->in.funcs.items[i].import;
    if (s->live[CTI_SPACE_FUNC][i] && import != UINT32_MAX && cti_splice_is_realloc(&s->in.imports.items[import])) return true;
  }
  return false;
}

/* Such a function needs the memory, even when nothing else of the adapter does. */
static ct_status keep_memory(const cti_splice *s) {
  if (!will_grow(s)) return CT_OK;
  if (s->in.memories.count == 0) return refuse(s, CT_NO_OFFSET, "it needs memory, but imports none", "import it: (import \"env\" \"memory\" (memory 0))");
  for (uint32_t i = 0; i < s->in.memories.count; i++)
    if (s->live[CTI_SPACE_MEMORY][i]) return CT_OK;
  s->live[CTI_SPACE_MEMORY][0] = true;
  return CT_OK;
}

ct_status cti_splice_mark(cti_splice *s, ct_slice bytes) {
  CTI_TRY(cti_module_decode(&s->in, bytes, 0, s->arena));
  CTI_TRY(check_sections(s));
  CTI_TRY(keep_exports(s));
  CTI_TRY(check_required(s));
  CTI_TRY(mark_all(s));
  CTI_TRY(read_names(s));
  CTI_TRY(find_global(&s->stack_pointer, s, "__stack_pointer"));
  CTI_TRY(find_global(&s->allocation_state, s, "allocation_state"));
  return keep_memory(s);
}
