/* core_make.c - models of core modules made item by item. Flows in: single types, imports, bodies. Flows out: a cti_module whose sections are all written
 * from the model. */
#include "compose/core_make.h"

void cti_make_module(cti_module *module, cti_arena *arena) { *module = (cti_module){.arena = arena, .start = UINT32_MAX, .data_count = UINT32_MAX}; }

uint32_t cti_make_func_type(cti_module *m, const cti_subtype *type) {
  uint32_t index;
  return cti_module_add_type(&index, m, type) == CT_OK ? index : UINT32_MAX;
}

/* Every index space holds the imports first. */
static uint32_t add_to_space(cti_module *m, uint32_t import, const cti_extern_type *type) {
  switch (type->kind) {
  case CTI_EXTERN_FUNC: return cti_vec_push(m->arena, &m->funcs, ((cti_func){.type = type->type, .import = import})) ? m->funcs.count - 1 : UINT32_MAX;
  case CTI_EXTERN_TABLE: return cti_vec_push(m->arena, &m->tables, ((cti_table){.type = type->of.table, .import = import})) ? m->tables.count - 1 : UINT32_MAX;
  case CTI_EXTERN_MEMORY: return cti_vec_push(m->arena, &m->memories, ((cti_memory){.type = type->of.memory, .import = import})) ? m->memories.count - 1 : UINT32_MAX;
  case CTI_EXTERN_GLOBAL: return cti_vec_push(m->arena, &m->globals, ((cti_global){.type = type->of.global, .import = import})) ? m->globals.count - 1 : UINT32_MAX;
  default: return cti_vec_push(m->arena, &m->tags, ((cti_tag){.type = type->type, .import = import})) ? m->tags.count - 1 : UINT32_MAX;
  }
}

uint32_t cti_make_import(cti_module *m, ct_slice from, ct_slice name, const cti_extern_type *type) {
  uint32_t import = m->imports.count;
  if (!cti_vec_push(m->arena, &m->imports, ((cti_import){.module = from, .name = name, .type = *type}))) return UINT32_MAX;
  m->imported[type->kind]++;
  return add_to_space(m, import, type);
}

uint32_t cti_make_func(cti_module *m, uint32_t type, ct_slice body) {
  cti_func func = {.type = type, .import = UINT32_MAX, .body = body};
  return cti_vec_push(m->arena, &m->funcs, func) ? m->funcs.count - 1 : UINT32_MAX;
}

uint32_t cti_make_global(cti_module *m, const cti_global_type *type, ct_slice init) {
  cti_global global = {.type = *type, .import = UINT32_MAX, .init = {.bytes = init}};
  return cti_vec_push(m->arena, &m->globals, global) ? m->globals.count - 1 : UINT32_MAX;
}

uint32_t cti_make_table(cti_module *m, const cti_table_type *type) {
  cti_table table = {.type = *type, .import = UINT32_MAX};
  return cti_vec_push(m->arena, &m->tables, table) ? m->tables.count - 1 : UINT32_MAX;
}

uint32_t cti_make_memory(cti_module *m, const cti_limits *type) {
  cti_memory memory = {.type = *type, .import = UINT32_MAX};
  return cti_vec_push(m->arena, &m->memories, memory) ? m->memories.count - 1 : UINT32_MAX;
}

ct_status cti_make_export(cti_module *m, ct_slice name, cti_extern_kind kind, uint32_t index) {
  return cti_vec_push(m->arena, &m->exports, ((cti_export){.name = name, .kind = kind, .index = index})) ? CT_OK : CT_NOMEM;
}

ct_slice cti_make_i32_const(cti_arena *arena, uint32_t value) {
  cti_buf expr = {0};
  cti_buf_u8(&expr, 0x41);
  cti_buf_sleb(&expr, (int32_t)value);
  cti_buf_u8(&expr, 0x0b);
  return cti_take(&expr, arena);
}

ct_status cti_make_elem(cti_module *m, uint32_t table, uint32_t at, const uint32_t *funcs, uint32_t count) {
  cti_elem elem = {.flags = table ? 2 : 0, .mode = CTI_SEGMENT_ACTIVE, .table = table, .type = CTI_VT_FUNCREF, .count = count, .funcs = funcs};
  elem.offset_expr.bytes = cti_make_i32_const(m->arena, at);
  return elem.offset_expr.bytes.data && cti_vec_push(m->arena, &m->elems, elem) ? CT_OK : m->arena->error->status;
}

cti_extern_type cti_func_of_type(uint32_t type) { return (cti_extern_type){.kind = CTI_EXTERN_FUNC, .type = type}; }

uint32_t cti_make_sig(cti_module *m, cti_map *known, const cti_core_sig *sig) {
  uint32_t count = (uint32_t)sig->param_count + sig->result_count, value = m->types.count;
  cti_corevt *types = CTI_NEW_N(m->arena, cti_corevt, count);
  uint8_t *key = cti_alloc(m->arena, 1 + count);
  if (!types || !key) return UINT32_MAX;
  for (uint32_t i = 0; i < count; i++) types[i] = i < sig->param_count ? sig->params[i] : sig->results[i - sig->param_count];
  key[0] = sig->param_count;
  for (uint32_t i = 0; i < count; i++) key[1 + i] = (uint8_t)types[i];
  bool added;
  if (cti_map_add(known, m->arena, cti_slice(key, 1 + count), &value, &added)) return UINT32_MAX;
  if (!added) return value;
  cti_subtype type = {.kind = CTI_COMPOSITE_FUNC, .is_final = true, .super = UINT32_MAX, .describes = UINT32_MAX, .descriptor = UINT32_MAX};
  type.param_count = sig->param_count;
  type.result_count = sig->result_count;
  type.types = types;
  return cti_make_func_type(m, &type);
}

ct_status cti_make_custom(cti_module *m, const char *name, const cti_buf *content) {
  CTI_TRY(cti_buf_check(content, m->arena->error));
  cti_section section = {.changed = true, .name = cti_slice_str(name)};
  section.content = cti_copy(m->arena, cti_buf_slice(content));
  return section.content.data && cti_vec_push(m->arena, &m->sections, section) ? CT_OK : CT_NOMEM;
}

static ct_status add_names(cti_module *m, cti_names *names, const cti_name_map *funcs, const cti_name_map *globals) {
  if (!cti_vec_push(m->arena, &names->maps, ((cti_name_map){.kind = CTI_NAME_MODULE}))) return CT_NOMEM;
  if (funcs && !cti_vec_push(m->arena, &names->maps, *funcs)) return CT_NOMEM;
  if (globals && !cti_vec_push(m->arena, &names->maps, *globals)) return CT_NOMEM;
  cti_buf content = {0};
  cti_names_write(&content, names);
  ct_status status = cti_make_custom(m, "name", &content);
  ct_buf_free(&content);
  return status;
}

ct_status cti_make_finish(cti_module *m, cti_maker maker, cti_names *names, const cti_name_map *funcs, const cti_name_map *globals) {
  cti_buf producers = {0};
  cti_producers_base_write(&producers, maker);
  ct_status status = cti_make_custom(m, "producers", &producers);
  ct_buf_free(&producers);
  return status != CT_OK || !names ? status : add_names(m, names, funcs, globals);
}

static bool has_content(const cti_module *m, uint8_t id) {
  switch (id) {
  case CTI_SECTION_TYPE: return m->types.count;
  case CTI_SECTION_IMPORT: return m->imports.count;
  case CTI_SECTION_FUNCTION:
  case CTI_SECTION_CODE: return m->funcs.count > m->imported[CTI_EXTERN_FUNC];
  case CTI_SECTION_TABLE: return m->tables.count > m->imported[CTI_EXTERN_TABLE];
  case CTI_SECTION_MEMORY: return m->memories.count > m->imported[CTI_EXTERN_MEMORY];
  case CTI_SECTION_TAG: return m->tags.count > m->imported[CTI_EXTERN_TAG];
  case CTI_SECTION_GLOBAL: return m->globals.count > m->imported[CTI_EXTERN_GLOBAL];
  case CTI_SECTION_EXPORT: return m->exports.count;
  case CTI_SECTION_START: return m->start != UINT32_MAX;
  case CTI_SECTION_ELEM: return m->elems.count;
  case CTI_SECTION_DATA_COUNT: return m->data_count != UINT32_MAX;
  case CTI_SECTION_DATA: return m->datas.count;
  default: return false;
  }
}

ct_status cti_make_encode(cti_module *m, cti_buf *out) {
  for (uint8_t id = 1; id < CTI_SECTION_CODES; id++)
    if (has_content(m, id) && !cti_module_touch(m, id)) return CT_NOMEM;
  cti_module_encode(m, out);
  return cti_buf_check(out, m->arena->error);
}
