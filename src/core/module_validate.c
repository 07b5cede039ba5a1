/* module_validate.c - the sections of a core module, one after the other. Flows in: bytes. Flows out: the verdict, and the module's type.
 *
 * Nothing is kept that later sections do not need: index spaces with canonical types, a bit for each function that ref.func may name, the names of
 * exports. When the code section comes all of that is known, and does not change while its bodies are validated, on several threads where that pays
 * (code_validate.c). https://webassembly.github.io/spec/core/valid/modules.html */
#include "core/module_validate.h"

#include "core/core_read.h"
#include "core/module_state.h"

void cti_validation_init(cti_validation *out, const ct_validate_options *options, cti_arena *arena) {
  static const ct_validate_options defaults;
  if (!options) options = &defaults;
  *out = (cti_validation){.arena = arena, .show_stack = options->show_stack, .custom_sections = options->custom_sections, .skip_bodies = options->skip_bodies, .report = options->report, .report_context = options->report_context};
  out->threads = options->threads ? options->threads : cti_processor_count();
  cti_type_table_init(&out->types, arena, options->features ? options->features | CTI_FEATURE_BIT(CTI_FEATURE_MVP) : cti_features_default(), &options->limits);
}

/* ---- failures */

static bool have(const cti_validation *v, cti_feature feature) { return cti_features_have(v->types.features, feature); }

static ct_status need(const cti_validation *v, cti_feature feature, const char *what, uint64_t offset) {
  if (have(v, feature)) return CT_OK;
  cti_fail(v->arena->error, CT_CORE_FEATURE, offset, "%s not allowed: the feature `%s` is not enabled", what, cti_feature_name(feature));
  cti_error_hint(v->arena->error, "--features=%s enables it", cti_feature_name(feature));
  return CT_CORE_FEATURE;
}

static ct_status invalid(const cti_validation *v, uint64_t offset, const char *message) { return cti_fail(v->arena->error, CT_CORE_INVALID, offset, "%s", message); }

static ct_status limit(const cti_validation *v, cti_limit row, uint64_t count, uint64_t offset) { return cti_limit_check(&v->types.limits, row, count, offset, v->arena->error); }

static ct_status unknown(const cti_validation *v, const char *what, uint32_t index, uint64_t offset) {
  return cti_fail(v->arena->error, CT_CORE_INDEX, offset, "unknown %s %u: %s index out of bounds", what, index, what);
}

/* ---- types of imports and definitions: https://webassembly.github.io/spec/core/valid/types.html */

static ct_status check_func_type(uint32_t *type, const cti_type_space *space, const cti_validation *v, uint64_t offset) {
  if (*type >= space->count) return unknown(v, "type", *type, offset);
  uint32_t id = space->items[*type];
  if (v->types.types.items[id].kind != CTI_COMPOSITE_FUNC) return cti_fail(v->arena->error, CT_CORE_TYPE, offset, "type index %u is not a function type", *type);
  *type = id;
  return CT_OK;
}

/* The order of the numbers, and the most that can be. Without memory64 a number has at most five bytes, whatever its value. */
static ct_status check_numbers(const cti_limits *limits, uint64_t most, const char *unit, const cti_validation *v, uint64_t offset) {
  if (limits->is_long && !have(v, CTI_FEATURE_MEMORY64)) return cti_fail(v->arena->error, CT_CORE_LEB, offset, "invalid LEB128: sizes have 32 bits while memory64 is not enabled");
  if (limits->has_max && limits->min > limits->max) return invalid(v, offset, "size minimum must not be greater than maximum");
  if (limits->min > most || (limits->has_max && limits->max > most))
    return cti_fail(v->arena->error, CT_CORE_INVALID, offset, "%s size must be at most 0x%llx", unit, (unsigned long long)most);
  return CT_OK;
}

static ct_status check_table_type(cti_table_type *type, const cti_type_space *space, const cti_validation *v, uint64_t offset) {
  const cti_limits *limits = &type->limits;
  if (type->element != CTI_VT_FUNCREF) CTI_TRY(cti_valtype_check(&type->element, &v->types, space, offset, v->arena->error)); /* funcref was there from the start */
  if (limits->is_64) CTI_TRY(need(v, CTI_FEATURE_MEMORY64, "64-bit tables are", offset));
  if (limits->shared) CTI_TRY(need(v, CTI_FEATURE_SHARED_EVERYTHING_THREADS, "shared tables are", offset));
  CTI_TRY(check_numbers(limits, limits->is_64 ? UINT64_MAX : UINT32_MAX, "table", v, offset));
  return !limits->shared || cti_valtype_is_shared(&v->types, type->element) ? CT_OK : invalid(v, offset, "shared tables must have a shared element type");
}

static ct_status check_memory_type(const cti_limits *limits, const cti_validation *v, uint64_t offset) {
  if (limits->is_64) CTI_TRY(need(v, CTI_FEATURE_MEMORY64, "64-bit memories are", offset));
  if (limits->shared) CTI_TRY(need(v, CTI_FEATURE_THREADS, "shared memories are", offset));
  if (limits->has_page_log2) CTI_TRY(need(v, CTI_FEATURE_CUSTOM_PAGE_SIZES, "custom page sizes are", offset));
  if (limits->page_log2 != 0 && limits->page_log2 != 16) return invalid(v, offset, "invalid custom page size: pages have 1 or 65536 bytes");
  uint64_t most = limits->is_64 ? (limits->page_log2 ? (uint64_t)1 << 48 : UINT64_MAX) : limits->page_log2 ? 1 << 16 : UINT32_MAX;
  CTI_TRY(check_numbers(limits, most, "memory", v, offset));
  return !limits->shared || limits->has_max ? CT_OK : invalid(v, offset, "shared memory must have maximum size");
}

static ct_status check_global_type(cti_global_type *type, const cti_type_space *space, const cti_validation *v, uint64_t offset) {
  CTI_TRY(cti_valtype_check(&type->type, &v->types, space, offset, v->arena->error));
  if (!type->shared) return CT_OK;
  CTI_TRY(need(v, CTI_FEATURE_SHARED_EVERYTHING_THREADS, "shared globals are", offset));
  return cti_valtype_is_shared(&v->types, type->type) ? CT_OK : invalid(v, offset, "shared globals must have a shared value type");
}

static ct_status check_tag_type(uint32_t *type, const cti_type_space *space, const cti_validation *v, uint64_t offset) {
  CTI_TRY(need(v, CTI_FEATURE_EXCEPTIONS, "tags are", offset));
  CTI_TRY(check_func_type(type, space, v, offset));
  if (v->types.types.items[*type].result_count == 0) return CT_OK;
  return need(v, CTI_FEATURE_STACK_SWITCHING, "invalid exception type: a non-empty tag result type is", offset);
}

ct_status cti_extern_type_check(cti_extern_type *type, const cti_type_space *space, const cti_validation *v, uint64_t offset) {
  switch (type->kind) {
    case CTI_EXTERN_FUNC:
      if (type->exact) CTI_TRY(need(v, CTI_FEATURE_CUSTOM_DESCRIPTORS, "exact function imports are", offset));
      return check_func_type(&type->type, space, v, offset);
    case CTI_EXTERN_TABLE: return check_table_type(&type->of.table, space, v, offset);
    case CTI_EXTERN_MEMORY: return check_memory_type(&type->of.memory, v, offset);
    case CTI_EXTERN_GLOBAL: return check_global_type(&type->of.global, space, v, offset);
    case CTI_EXTERN_TAG: return check_tag_type(&type->type, space, v, offset);
    case CTI_EXTERN_KINDS: break;
  }
  return CT_OK;
}

uint32_t cti_extern_type_size(const cti_type_table *table, const cti_extern_type *type) {
  if (type->kind != CTI_EXTERN_FUNC && type->kind != CTI_EXTERN_TAG) return 1;
  const cti_deftype *func = &table->types.items[type->type];
  return 2 + func->param_count + func->result_count;
}

static ct_status add_type_size(cti_module_validator *m, const cti_extern_type *type, uint64_t offset) {
  m->type_size += cti_extern_type_size(&m->v->types, type);
  return limit(m->v, CTI_LIMIT_type_size, m->type_size, offset);
}

/* The bits are made when the first function is named: by then all functions are known, except in modules whose sections are out of order. */
ct_status cti_env_declare(cti_module_env *env, uint32_t func) {
  if (func >= env->funcs.count) return CT_OK; /* who names it fails */
  if (func >= env->declared_size) {
    uint8_t *bits = CTI_NEW_N(env->types->arena, uint8_t, env->funcs.count / 8 + 1);
    if (!bits) return CT_NOMEM;
    if (env->declared) memcpy(bits, env->declared, env->declared_size / 8 + 1);
    env->declared = bits;
    env->declared_size = env->funcs.count;
  }
  env->declared[func / 8] |= (uint8_t)(1u << func % 8);
  return CT_OK;
}

/* ---- sections: each reader checks one item at the cursor. Their names are those of sections.def. */

#define PUSH(m, vec, value) (cti_vec_push((m)->v->arena, &(m)->vec, (value)) ? CT_OK : CT_NOMEM)

/* Subtypes are read into scratch memory, which is thrown away now and then: what is new of them stands in the table of types. */
static ct_status read_type(cti_module_validator *m) {
  uint64_t offset = cti_cursor_offset(&m->c);
  bool written;
  uint32_t count = cti_read_rec_head(&written, &m->c);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(limit(m->v, CTI_LIMIT_types, (uint64_t)m->env.space.count + count, offset));
  if (m->scratch.total > SCRATCH_MOST) cti_arena_free(&m->scratch);
  cti_subtype one, *types = count == 1 ? &one : cti_alloc_raw(&m->scratch, count, sizeof *types);
  if (!types) return CT_NOMEM;
  for (uint32_t i = 0; i < count && !m->c.failed; i++) cti_read_subtype(&types[i], &m->c, &m->scratch);
  return m->c.failed ? m->c.error->status : cti_types_add_group(&m->v->types, &m->env.space, types, count, written, offset);
}

static uint32_t most_of(const cti_validation *v, cti_limit row, cti_feature several) { return have(v, several) ? v->types.limits.max[row] : 1; }

/* How many tables and memories there may be depends on the features. */
static ct_status check_count(const cti_validation *v, cti_limit row, uint32_t count, uint64_t offset) {
  if (row == CTI_LIMIT_tables && count > most_of(v, row, CTI_FEATURE_REFERENCE_TYPES)) return have(v, CTI_FEATURE_REFERENCE_TYPES) ? limit(v, row, count, offset) : need(v, CTI_FEATURE_REFERENCE_TYPES, "multiple tables are", offset);
  if (row == CTI_LIMIT_memories && count > most_of(v, row, CTI_FEATURE_MULTI_MEMORY)) return have(v, CTI_FEATURE_MULTI_MEMORY) ? limit(v, row, count, offset) : need(v, CTI_FEATURE_MULTI_MEMORY, "multiple memories are", offset);
  return limit(v, row, count, offset);
}

static ct_status set_exact(cti_module_validator *m) {
  uint32_t index = m->env.funcs.count - 1;
  if (index >= m->exact_room) {
    uint32_t room = (index + 1) * 2 < 64 ? 64 : (index / 8 + 1) * 16;
    uint8_t *bits = CTI_NEW_N(m->v->arena, uint8_t, room / 8);
    if (!bits) return CT_NOMEM;
    if (m->env.exact) memcpy(bits, m->env.exact, m->exact_room / 8);
    m->env.exact = bits;
    m->exact_room = room;
  }
  m->env.exact[index / 8] |= (uint8_t)(1u << index % 8);
  return CT_OK;
}

ct_status cti_import_check(const cti_extern_type *type, uint32_t count, const cti_validation *v, uint64_t offset) {
  static const cti_limit limits[] = {[CTI_EXTERN_FUNC] = CTI_LIMIT_functions, [CTI_EXTERN_TABLE] = CTI_LIMIT_tables, [CTI_EXTERN_MEMORY] = CTI_LIMIT_memories,
                                     [CTI_EXTERN_GLOBAL] = CTI_LIMIT_globals, [CTI_EXTERN_TAG] = CTI_LIMIT_tags};
  if (type->kind == CTI_EXTERN_GLOBAL && type->of.global.is_mutable) CTI_TRY(need(v, CTI_FEATURE_MUTABLE_GLOBAL, "imports of mutable globals are", offset));
  return check_count(v, limits[type->kind], count, offset);
}

ct_status cti_export_check(const cti_extern_type *type, const cti_validation *v, uint64_t offset) {
  return type->kind == CTI_EXTERN_GLOBAL && type->of.global.is_mutable ? need(v, CTI_FEATURE_MUTABLE_GLOBAL, "exports of mutable globals are", offset) : CT_OK;
}

static ct_status add_imported(cti_module_validator *m, const cti_extern_type *type, uint64_t offset) {
  switch (type->kind) {
    case CTI_EXTERN_FUNC:
      CTI_TRY(PUSH(m, env.funcs, type->type));
      m->env.imported_funcs++;
      if (type->exact) CTI_TRY(set_exact(m));
      return cti_import_check(type, m->env.funcs.count, m->v, offset);
    case CTI_EXTERN_TABLE: CTI_TRY(PUSH(m, env.tables, type->of.table)); return cti_import_check(type, m->env.tables.count, m->v, offset);
    case CTI_EXTERN_MEMORY: CTI_TRY(PUSH(m, env.memories, type->of.memory)); return cti_import_check(type, m->env.memories.count, m->v, offset);
    case CTI_EXTERN_GLOBAL:
      CTI_TRY(PUSH(m, env.globals, type->of.global));
      m->env.imported_globals++;
      return cti_import_check(type, m->env.globals.count, m->v, offset);
    case CTI_EXTERN_TAG: CTI_TRY(PUSH(m, env.tags, type->type)); return cti_import_check(type, m->env.tags.count, m->v, offset);
    case CTI_EXTERN_KINDS: break;
  }
  return CT_OK;
}

static ct_status check_name(const cti_module_validator *m, ct_slice name, uint64_t offset) { return limit(m->v, CTI_LIMIT_string_size, name.size, offset); }

/* One entry, which may be a group of imports. */
static ct_status read_import(cti_module_validator *m) {
  cti_import_reader reader = {.c = &m->c, .entries = 1};
  cti_import import;
  while (cti_import_next(&import, &reader)) {
    if (import.form != CTI_IMPORT_SINGLE) CTI_TRY(need(m->v, CTI_FEATURE_COMPACT_IMPORTS, "groups of imports are", import.offset));
    CTI_TRY(check_name(m, import.module, import.offset));
    CTI_TRY(check_name(m, import.name, import.offset));
    CTI_TRY(cti_extern_type_check(&import.type, &m->env.space, m->v, import.offset));
    CTI_TRY(add_imported(m, &import.type, import.offset));
    CTI_TRY(add_type_size(m, &import.type, import.offset));
    cti_module_import kept = {import.module, import.name, import.type};
    if (m->wants_type) CTI_TRY(PUSH(m, imports, kept));
  }
  if (reader.current.form != CTI_IMPORT_SINGLE && !m->c.failed) CTI_TRY(need(m->v, CTI_FEATURE_COMPACT_IMPORTS, "groups of imports are", reader.current.offset));
  return cti_cursor_status(&m->c);
}

static ct_status read_function(cti_module_validator *m) {
  uint64_t offset = cti_cursor_offset(&m->c);
  uint32_t type = cti_cursor_u32(&m->c);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(check_func_type(&type, &m->env.space, m->v, offset));
  m->defined_funcs++;
  return PUSH(m, env.funcs, type);
}

/* A constant expression that was read: its bytes end with its `end`. */
static ct_status check_const(cti_module_validator *m, const cti_expr *expr, cti_corevt expected) {
  cti_cursor c = cti_cursor_make(expr->bytes, expr->offset, m->v->arena->error);
  return cti_const_validate(&m->body, &m->env, &c, expected);
}

static ct_status read_table(cti_module_validator *m) {
  uint64_t offset = cti_cursor_offset(&m->c);
  cti_table table;
  cti_read_table(&table, &m->c);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(check_table_type(&table.type, &m->env.space, m->v, offset));
  if (table.init.bytes.size) {
    CTI_TRY(need(m->v, CTI_FEATURE_FUNCTION_REFERENCES, "tables with expression initializers are", offset));
    CTI_TRY(check_const(m, &table.init, table.type.element));
  } else if (!cti_valtype_is_defaultable(table.type.element)) {
    return cti_fail(m->v->arena->error, CT_CORE_TYPE, offset, "type mismatch: non-defaultable element type %s, the table needs an initial value", cti_valtype_text(table.type.element, &m->env.space).text);
  }
  return PUSH(m, env.tables, table.type);
}

static ct_status read_memory(cti_module_validator *m) {
  uint64_t offset = cti_cursor_offset(&m->c);
  cti_limits limits;
  cti_read_limits(&limits, &m->c, false);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(check_memory_type(&limits, m->v, offset));
  return PUSH(m, env.memories, limits);
}

static ct_status read_tag(cti_module_validator *m) {
  uint64_t offset = cti_cursor_offset(&m->c);
  uint32_t type = cti_read_tag_type(&m->c);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(check_tag_type(&type, &m->env.space, m->v, offset));
  return PUSH(m, env.tags, type);
}

static ct_status read_global(cti_module_validator *m) {
  uint64_t offset = cti_cursor_offset(&m->c);
  cti_global_type type;
  cti_read_global_type(&type, &m->c);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(check_global_type(&type, &m->env.space, m->v, offset));
  CTI_TRY(cti_const_validate(&m->body, &m->env, &m->c, type.type));
  return PUSH(m, env.globals, type);
}

/* What index `index` of a kind is, as the type of an export. */
static ct_status type_of_item(cti_extern_type *out, const cti_module_validator *m, cti_extern_kind kind, uint32_t index, uint64_t offset) {
  static const char *const names[] = {"function", "table", "memory", "global", "tag"};
  const uint32_t counts[] = {m->env.funcs.count, m->env.tables.count, m->env.memories.count, m->env.globals.count, m->env.tags.count};
  *out = (cti_extern_type){.kind = kind};
  if (index >= counts[kind]) return cti_fail(m->v->arena->error, CT_CORE_INDEX, offset, "unknown %s %u: exported %s index out of bounds", names[kind], index, names[kind]);
  switch (kind) {
    case CTI_EXTERN_FUNC:
      out->type = m->env.funcs.items[index];
      out->exact = have(m->v, CTI_FEATURE_CUSTOM_DESCRIPTORS) && cti_env_is_exact(&m->env, index);
      break;
    case CTI_EXTERN_TABLE: out->of.table = m->env.tables.items[index]; break;
    case CTI_EXTERN_MEMORY: out->of.memory = m->env.memories.items[index]; break;
    case CTI_EXTERN_GLOBAL: out->of.global = m->env.globals.items[index]; break;
    case CTI_EXTERN_TAG: out->type = m->env.tags.items[index]; break;
    case CTI_EXTERN_KINDS: break;
  }
  return CT_OK;
}

static ct_status read_export(cti_module_validator *m) {
  cti_export export;
  cti_module_export kept;
  cti_read_export(&export, &m->c);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(check_name(m, export.name, export.offset));
  CTI_TRY(type_of_item(&kept.type, m, export.kind, export.index, export.offset));
  if (export.kind == CTI_EXTERN_FUNC) CTI_TRY(cti_env_declare(&m->env, export.index));
  CTI_TRY(cti_export_check(&kept.type, m->v, export.offset));
  CTI_TRY(add_type_size(m, &kept.type, export.offset));
  kept.name = export.name;
  if (m->copies_names) kept.name = cti_copy(m->v->arena, export.name);
  uint32_t value = 0;
  bool added;
  CTI_TRY(cti_map_add(&m->export_names, m->v->arena, kept.name, &value, &added));
  if (!added) return cti_fail(m->v->arena->error, CT_CORE_INVALID, export.offset, "duplicate export name `%.*s` already defined", CTI_S(export.name));
  return m->wants_type ? PUSH(m, exports, kept) : CT_OK;
}

static ct_status read_start(cti_module_validator *m) {
  uint64_t offset = cti_cursor_offset(&m->c);
  uint32_t func = cti_cursor_u32(&m->c);
  if (m->c.failed) return m->c.error->status;
  if (func >= m->env.funcs.count) return unknown(m->v, "function", func, offset);
  const cti_deftype *type = &m->v->types.types.items[m->env.funcs.items[func]];
  if (type->param_count == 0 && type->result_count == 0) return CT_OK;
  return cti_fail(m->v->arena->error, CT_CORE_TYPE, offset, "invalid start function type: function %u must take and give nothing", func);
}

static ct_status check_elem_head(cti_module_validator *m, cti_elem *elem) {
  if (elem->is_exprs) CTI_TRY(cti_valtype_check(&elem->type, &m->v->types, &m->env.space, elem->offset, m->v->arena->error));
  if (elem->mode != CTI_SEGMENT_ACTIVE) return need(m->v, CTI_FEATURE_BULK_MEMORY, "passive and declared element segments are", elem->offset);
  if (elem->table >= m->env.tables.count) return unknown(m->v, "table", elem->table, elem->offset);
  const cti_table_type *table = &m->env.tables.items[elem->table];
  if (!cti_valtype_is_sub(&m->v->types, elem->type, table->element))
    return cti_fail(m->v->arena->error, CT_CORE_TYPE, elem->offset, "type mismatch: invalid element type `%s` for table type `%s`", cti_valtype_text(elem->type, &m->env.space).text,
                    cti_valtype_text(table->element, &m->env.space).text);
  return check_const(m, &elem->offset_expr, cti_address_type(&table->limits));
}

static ct_status read_elem_func(cti_module_validator *m) {
  uint64_t offset = cti_cursor_offset(&m->c);
  uint32_t func = cti_cursor_u32(&m->c);
  if (m->c.failed) return m->c.error->status;
  return func < m->env.funcs.count ? cti_env_declare(&m->env, func) : unknown(m->v, "function", func, offset);
}

static ct_status read_elem(cti_module_validator *m) {
  cti_elem elem;
  cti_read_elem_head(&elem, &m->c);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(check_elem_head(m, &elem));
  CTI_TRY(limit(m->v, CTI_LIMIT_table_entries, elem.count, elem.offset));
  for (uint32_t i = 0; i < elem.count; i++) CTI_TRY(elem.is_exprs ? cti_const_validate(&m->body, &m->env, &m->c, elem.type) : read_elem_func(m));
  return PUSH(m, env.elems, elem.type);
}

static ct_status read_data_count(cti_module_validator *m) {
  uint64_t offset = cti_cursor_offset(&m->c);
  m->env.has_data_count = true;
  m->env.data_count = cti_cursor_u32(&m->c);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(need(m->v, CTI_FEATURE_BULK_MEMORY, "data count sections are", offset));
  return limit(m->v, CTI_LIMIT_data_segments, m->env.data_count, offset);
}

static ct_status read_data(cti_module_validator *m) {
  cti_data data;
  cti_read_data(&data, &m->c);
  if (m->c.failed) return m->c.error->status;
  m->datas++;
  if (data.mode == CTI_SEGMENT_PASSIVE) return need(m->v, CTI_FEATURE_BULK_MEMORY, "passive data segments are", data.offset);
  if (data.memory >= m->env.memories.count) return unknown(m->v, "memory", data.memory, data.offset);
  return check_const(m, &data.offset_expr, cti_address_type(&m->env.memories.items[data.memory]));
}

static ct_status read_code(cti_module_validator *m) {
  (void)m;
  return CT_OK; /* code_validate.c has the whole section */
}

/* ---- the order of sections */

/* The clause of modules.html that has the rules of a section, by its code. */
static const char *const clauses[] = {"", "types", "imports", "functions", "tables", "memories", "globals", "exports", "start-function", "element-segments", "functions", "data-segments", "data-segments", "tags"};

typedef struct section_row {
  const char *name, *items;
  ct_status (*read)(cti_module_validator *m);
  uint8_t code;
} section_row;

static const section_row rows[] = {
#define CT_SECTION(symbol, code, name, items, reader, writer) {name, items, reader, code},
#include "core/sections.def"
#undef CT_SECTION
};

#define CT_SECTION(symbol, code, name, items, reader, writer) CODE_##symbol = code,
enum {
#include "core/sections.def"
  CODE_CUSTOM = 0
};
#undef CT_SECTION

static ct_status check_body_count(const cti_module_validator *m, uint32_t bodies, uint64_t offset) {
  if (bodies == m->defined_funcs) return CT_OK;
  return cti_fail(m->v->arena->error, CT_CORE_FORM, offset, "function and code section have inconsistent lengths: %u functions, %u bodies", m->defined_funcs, bodies);
}

static ct_status check_data_count(const cti_module_validator *m, uint64_t offset) {
  if (!m->env.has_data_count || m->env.data_count == m->datas) return CT_OK;
  return cti_fail(m->v->arena->error, CT_CORE_FORM, offset, "data count and data section have inconsistent lengths: %u announced, %u segments", m->env.data_count, m->datas);
}

/* Before the items: how many there may be, and what must be on. */
static ct_status check_section_count(const cti_module_validator *m, uint8_t code, uint32_t count, uint64_t offset) {
  const cti_validation *v = m->v;
  switch (code) {
    case CODE_TYPE: return limit(v, CTI_LIMIT_types, count, offset);
    case CODE_IMPORT: return limit(v, CTI_LIMIT_imports, count, offset);
    case CODE_FUNCTION: return limit(v, CTI_LIMIT_functions, (uint64_t)m->env.funcs.count + count, offset);
    case CODE_TABLE: return count ? check_count(v, CTI_LIMIT_tables, m->env.tables.count + count, offset) : CT_OK;
    case CODE_MEMORY: return count ? check_count(v, CTI_LIMIT_memories, m->env.memories.count + count, offset) : CT_OK;
    case CODE_TAG: CTI_TRY(need(v, CTI_FEATURE_EXCEPTIONS, "tags are", offset)); return limit(v, CTI_LIMIT_tags, (uint64_t)m->env.tags.count + count, offset);
    case CODE_GLOBAL: return limit(v, CTI_LIMIT_globals, (uint64_t)m->env.globals.count + count, offset);
    case CODE_EXPORT: return limit(v, CTI_LIMIT_exports, count, offset);
    case CODE_ELEM: return limit(v, CTI_LIMIT_element_segments, count, offset);
    case CODE_CODE: return check_body_count(m, count, offset);
    case CODE_DATA: return limit(v, CTI_LIMIT_data_segments, count, offset);
    default: return CT_OK;
  }
}

/* Index spaces whose size is known beforehand grow once. */
static ct_status reserve(cti_module_validator *m, uint8_t code, uint32_t count) {
  uint32_t wanted = m->env.funcs.count + count;
  if (code != CODE_FUNCTION || wanted <= m->env.funcs.capacity) return CT_OK;
  uint32_t *items = cti_alloc_raw(m->v->arena, wanted, sizeof *items);
  if (!items) return CT_NOMEM;
  if (m->env.funcs.count) memcpy(items, m->env.funcs.items, m->env.funcs.count * sizeof *items);
  m->env.funcs.items = items;
  m->env.funcs.capacity = wanted;
  return CT_OK;
}

static ct_status check_items(cti_module_validator *m, const section_row *row) {
  uint64_t offset = cti_cursor_offset(&m->c);
  bool one = row->items[0] == 0;
  uint32_t count = one ? 1 : cti_cursor_u32(&m->c);
  if (m->c.failed) return m->c.error->status;
  CTI_TRY(check_section_count(m, row->code, count, offset));
  CTI_TRY(reserve(m, row->code, count < cti_cursor_left(&m->c) ? count : (uint32_t)cti_cursor_left(&m->c)));
  if (row->code == CODE_CODE) {
    m->has_code = true;
    if (m->v->skip_bodies) return cti_cursor_rest(&m->c), CT_OK;
    return cti_code_validate(m, count);
  }
  for (uint32_t i = 0; i < count; i++) {
    ct_status status = row->read(m);
    if (status == CT_OK) continue;
    cti_error_trail(m->v->arena->error, one ? "%s" : "%s %u", row->name, i);
    m->has_trail = true;
    return status;
  }
  CTI_TRY(cti_cursor_expect_end(&m->c, "the section"));
  return row->code == CODE_DATA ? check_data_count(m, offset) : CT_OK;
}

/* Where the rule stands that a section broke; `name` as in sections.def. */
CTI_COLD static void hint_clause(ct_error *error, const char *name, const char *clause) {
  char section[24];
  size_t size = 0;
  for (; name[size] && size + 1 < sizeof section; size++) section[size] = name[size] == ' ' ? '-' : name[size];
  section[size] = 0;
  if (error->status == CT_LIMIT) cti_error_hint(error, "engines have such limits: https://webassembly.github.io/spec/js-api/#limits");
  else if (error->status == CT_CORE_UTF8) cti_error_hint(error, "the form: https://webassembly.github.io/spec/core/binary/values.html#names");
  else if (error->status == CT_CORE_LEB) cti_error_hint(error, "the form: https://webassembly.github.io/spec/core/binary/values.html#integers");
  else if (ct_status_class(error->status) == CT_CLASS_MALFORMED)
    cti_error_hint(error, "the form: https://webassembly.github.io/spec/core/binary/modules.html#%s-section", section);
  else if (error->status != CT_NOMEM) cti_error_hint(error, "the rule: https://webassembly.github.io/spec/core/valid/modules.html#%s", clause);
}

static ct_status check_custom(cti_module_validator *m, const cti_frame *frame) {
  ct_slice name, rest;
  CTI_TRY(cti_custom_name(frame, &name, &rest, m->v->arena->error));
  return check_name(m, name, frame->payload_offset);
}

/* The row of a section, which must come after those before it. */
static const section_row *next_row(cti_module_validator *m, const cti_frame *frame) {
  for (uint8_t i = 0; i < CTI_COUNT(rows); i++) {
    if (rows[i].code != frame->id) continue;
    if (i >= m->next_row) {
      m->next_row = i + 1;
      return &rows[i];
    }
    cti_fail(m->v->arena->error, CT_CORE_SECTION, frame->offset, "section out of order: the %s section must come before the %s section", rows[i].name, rows[m->next_row - 1].name);
    cti_error_trail(m->v->arena->error, "%s section", rows[i].name);
    break;
  }
  cti_fail(m->v->arena->error, CT_CORE_SECTION, frame->offset, "malformed section id: %u", frame->id);
  cti_error_hint(m->v->arena->error, "the form: https://webassembly.github.io/spec/core/binary/modules.html#binary-module");
  return NULL;
}

ct_status cti_module_validator_section(cti_module_validator *m, const cti_frame *frame) {
  if (frame->id == CODE_CUSTOM) {
    ct_status status = check_custom(m, frame);
    if (status == CT_OK) return CT_OK;
    cti_error_trail(m->v->arena->error, "custom section");
    hint_clause(m->v->arena->error, "custom", NULL);
    return status;
  }
  const section_row *row = next_row(m, frame);
  if (!row) return m->v->arena->error->status;
  m->c = cti_cursor_make(frame->payload, frame->payload_offset, m->v->arena->error);
  ct_status status = check_items(m, row);
  if (status != CT_OK && !m->has_trail) cti_error_trail(m->v->arena->error, "%s", row->name);
  if (status != CT_OK) hint_clause(m->v->arena->error, row->name, clauses[row->code]);
  return status;
}

ct_status cti_module_validator_begin_code(cti_module_validator *m, const cti_frame *frame, uint32_t count) {
  if (!next_row(m, frame)) return m->v->arena->error->status;
  m->has_code = true;
  ct_status status = check_body_count(m, count, frame->payload_offset);
  if (status != CT_OK) cti_error_trail(m->v->arena->error, "code");
  return status;
}

/* ---- a module */

ct_status cti_module_validator_init(cti_module_validator *out, cti_validation *v, bool wants_type) {
  *out = (cti_module_validator){.v = v, .wants_type = wants_type, .type_size = 1};
  out->env.types = &v->types;
  out->env.show_stack = v->show_stack;
  out->env.slow = v->slow;
  cti_arena_init(&out->scratch, v->arena->error);
  cti_body_init(&out->body, &out->env, v->arena->error);
  return limit(v, CTI_LIMIT_modules_and_components, ++v->modules, CT_NO_OFFSET);
}

void cti_module_validator_free(cti_module_validator *m) {
  cti_body_free(&m->body);
  cti_arena_free(&m->scratch);
}

ct_status cti_module_validator_end(cti_module_type *out, cti_module_validator *m, uint64_t offset) {
  if (!m->has_code) CTI_TRY(check_body_count(m, 0, offset));
  CTI_TRY(check_data_count(m, offset));
  if (out) *out = (cti_module_type){m->imports.items, m->exports.items, m->imports.count, m->exports.count, m->type_size};
  return CT_OK;
}

static ct_status validate_sections(cti_module_type *out, cti_module_validator *m, cti_cursor *c) {
  ct_kind kind;
  uint64_t offset = cti_cursor_offset(c);
  m->bytes = (ct_slice){c->at, cti_cursor_left(c)};
  CTI_TRY(cti_preamble_read(c, &kind));
  if (kind != CT_KIND_MODULE) return cti_fail(c->error, CT_CORE_KIND, offset, "a core module was expected, this is a component");
  cti_frame frame;
  while (cti_frame_next(c, &frame)) CTI_TRY(cti_module_validator_section(m, &frame));
  return c->failed ? c->error->status : cti_module_validator_end(out, m, cti_cursor_offset(c));
}

ct_status cti_module_validate(cti_module_type *out, ct_slice bytes, uint64_t base, cti_validation *v) {
  cti_module_validator m;
  cti_cursor c = cti_cursor_make(bytes, base, v->arena->error);
  ct_status status = cti_module_validator_init(&m, v, out != NULL);
  if (status == CT_OK) status = validate_sections(out, &m, &c);
  if (status == CT_OK && v->custom_sections && !v->skip_bodies) status = cti_custom_validate(&m, cti_cursor_make(bytes, base, v->arena->error));
  cti_module_validator_free(&m);
  return status;
}
