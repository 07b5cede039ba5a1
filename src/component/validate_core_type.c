/* validate_core_type.c - core types in components: recursion groups, which join the table that all modules share, and module types.
 * Flows in: a core type of the model. Flows out: entries in the scope's space of core types.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions */
#include "component/scope.h"

/* A module type while its declarations are read: the types that they see, imports and exports. */
typedef struct module_type {
  cti_component_validator *v;
  cti_type_space types;
  CTI_VEC(cti_module_import) imports;
  CTI_VEC(cti_module_export) exports;
  cti_map export_names;
  uint32_t imported[CTI_EXTERN_KINDS];
  uint64_t size;
} module_type;

static ct_status grow(module_type *m, const cti_extern_type *type, uint64_t offset) {
  m->size += cti_extern_type_size(&m->v->v->types, type);
  return cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPE_SIZE, m->size, offset, m->v->error);
}

static ct_status declare_import(module_type *m, const cti_module_decl *decl) {
  cti_module_import import = {decl->import.module, decl->import.name, decl->import.type};
  CTI_TRY(cti_extern_type_check(&import.type, &m->types, m->v->v, decl->offset));
  CTI_TRY(cti_import_check(&import.type, ++m->imported[import.type.kind], m->v->v, decl->offset));
  CTI_TRY(grow(m, &import.type, decl->offset));
  return cti_vec_push(m->v->arena, &m->imports, import) ? CT_OK : CT_NOMEM;
}

static ct_status declare_export(module_type *m, const cti_module_decl *decl) {
  cti_module_export export_ = {decl->import.name, decl->import.type};
  uint32_t index = m->exports.count;
  bool added;
  CTI_TRY(cti_extern_type_check(&export_.type, &m->types, m->v->v, decl->offset));
  CTI_TRY(cti_export_check(&export_.type, m->v->v, decl->offset));
  CTI_TRY(grow(m, &export_.type, decl->offset));
  CTI_TRY(cti_map_add(&m->export_names, m->v->arena, export_.name, &index, &added));
  if (!added) return cti_invalid(m->v, decl->offset, "the module type exports `%.*s` twice", CTI_S(export_.name));
  return cti_vec_push(m->v->arena, &m->exports, export_) ? CT_OK : CT_NOMEM;
}

/* Outward count 0 is the module type itself, 1 the component or type around it. */
static ct_status declare_alias(module_type *m, const cti_module_decl *decl) {
  uint32_t id, count = decl->outer_count, index = decl->outer_index;
  if (count == 0) {
    if (index >= m->types.count)
      return cti_fail(m->v->error, CT_COMP_INDEX, decl->offset, "unknown core type %u: the module type has %u so far", index, m->types.count);
    id = m->types.items[index];
  } else {
    if (count > m->v->scopes.count)
      return cti_fail(m->v->error, CT_COMP_INDEX, decl->offset, "invalid outer alias count of %u: there are %u scopes around", count, m->v->scopes.count + 1);
    const cti_scope *scope = m->v->scopes.items[m->v->scopes.count - count];
    CTI_TRY(cti_scope_check(m->v, scope, CTI_SORT_CORE_TYPE, index, decl->offset));
    id = scope->core_types.items[index];
    if (id == CTI_NO_TYPE) return cti_invalid(m->v, decl->offset, "a module type cannot be aliased into a module type");
  }
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPES, (uint64_t)m->types.count + 1, decl->offset, m->v->error));
  return cti_vec_push(m->v->arena, &m->types, id) ? CT_OK : CT_NOMEM;
}

static ct_status declare(module_type *m, const cti_module_decl *decl) {
  switch (decl->kind) {
    case CTI_MODULE_DECL_IMPORT: return declare_import(m, decl);
    case CTI_MODULE_DECL_EXPORT: return declare_export(m, decl);
    case CTI_MODULE_DECL_ALIAS: return declare_alias(m, decl);
    case CTI_MODULE_DECL_TYPE: break;
  }
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPES, (uint64_t)m->types.count + decl->type->sub_count, decl->offset, m->v->error));
  return cti_types_add_group(&m->v->v->types, &m->types, decl->type->subs, decl->type->sub_count, decl->type->written, decl->offset);
}

static ct_status validate_module_type(uint32_t *out, cti_component_validator *v, const cti_core_type_def *type, uint64_t offset) {
  module_type m = {.v = v, .size = 1};
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_MODULE_TYPE_DECLS, type->decl_count, offset, v->error));
  for (uint32_t i = 0; i < type->decl_count; i++) {
    ct_status status = declare(&m, &type->decls[i]);
    if (status == CT_OK) continue;
    cti_error_trail(v->error, "declaration %u", i);
    return status;
  }
  cti_module_type module = {.imports = m.imports.items,
                            .exports = m.exports.items,
                            .import_count = m.imports.count,
                            .export_count = m.exports.count,
                            .size = (uint32_t)m.size};
  *out = cti_store_module(&v->store, &module, offset);
  return v->error->status;
}

static ct_status add_module_type(cti_component_validator *v, const cti_core_type_def *type, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  uint32_t module = UINT32_MAX;
  CTI_TRY(validate_module_type(&module, v, type, offset));
  if (!cti_vec_push(v->arena, &scope->core_types, CTI_NO_TYPE)) return CT_NOMEM;
  return cti_vec_push(v->arena, &scope->core_type_modules, module) ? CT_OK : CT_NOMEM;
}

/* ---- recursion groups */

static bool is_module_type(const cti_scope *scope, uint32_t index) { return index < scope->core_types.count && scope->core_types.items[index] == CTI_NO_TYPE; }

static bool names_module_type(const cti_scope *scope, cti_corevt type) {
  return cti_vt_is_ref(type) && cti_vt_is_concrete(type) && is_module_type(scope, cti_vt_index(type));
}

/* Module types share the index space of core types, but no core type can speak of them. */
static ct_status check_references(const cti_component_validator *v, const cti_scope *scope, const cti_subtype *sub, uint64_t offset) {
  bool bad = is_module_type(scope, sub->super) || is_module_type(scope, sub->describes) || is_module_type(scope, sub->descriptor);
  bad |= sub->kind == CTI_COMPOSITE_CONT && is_module_type(scope, sub->cont);
  for (uint32_t i = 0; sub->kind == CTI_COMPOSITE_FUNC && i < sub->param_count + sub->result_count; i++) bad |= names_module_type(scope, sub->types[i]);
  for (uint32_t i = 0; i < sub->field_count; i++) bad |= names_module_type(scope, sub->fields[i].type);
  return bad ? cti_fail(v->error, CT_COMP_TYPE, offset, "the core type names a module type, where a function, struct, array or continuation type is needed")
             : CT_OK;
}

ct_status cti_validate_core_type(cti_component_validator *v, const cti_core_type_def *type, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  uint64_t count = type->kind == CTI_CORE_TYPE_MODULE ? 1 : type->sub_count;
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPES, scope->types.count + scope->core_types.count + count, offset, v->error));
  if (type->kind == CTI_CORE_TYPE_MODULE) return add_module_type(v, type, offset);
  for (uint32_t i = 0; i < type->sub_count; i++) CTI_TRY(check_references(v, scope, &type->subs[i], offset));
  CTI_TRY(cti_types_add_group(&v->v->types, &scope->core_types, type->subs, type->sub_count, type->written, offset));
  while (scope->core_type_modules.count < scope->core_types.count)
    if (!cti_vec_push(v->arena, &scope->core_type_modules, UINT32_MAX)) return CT_NOMEM;
  return CT_OK;
}
