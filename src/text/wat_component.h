/* wat_component.h - a component on its way from text to the model.
 *
 * One walk: a definition can refer only to what stands before it, so each name is resolved as it is read. What a definition needs and does not name
 * itself - inline types, exports of instances, items of outer scopes - becomes an item of its own before it.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#grammar */
#ifndef CTI_TEXT_WAT_COMPONENT_H
#define CTI_TEXT_WAT_COMPONENT_H

#include "component/component.h"
#include "text/wat_module.h"

typedef struct cti_wat_pending_export {
  cti_extern_name name;
  cti_sort_index item;
} cti_wat_pending_export;

/* A component, a component type, an instance type or a core module type: whatever an outer alias counts. */
typedef struct cti_wat_scope cti_wat_scope;
struct cti_wat_scope {
  cti_wat_scope *outer;
  cti_component *c; /* where items go; NULL in a core module type */
  bool in_type;
  uint32_t ident, depth;
  cti_map names;        /* sort << 32 | identifier, to index */
  cti_wat_module *core; /* knows the core types, for parsing core types */
  cti_name_map namings[CTI_SORT_COUNT];
  CTI_VEC(cti_wat_pending_export) exports; /* of definitions with an inline export: they stand at the end */
};

typedef struct cti_wat_builder {
  cti_wat_parser *p;
  cti_wat_scope *scope;
} cti_wat_builder;

/* ---- wat_component.c */

/* Opens a scope around the current one, or leaves it. */
cti_wat_scope *cti_wat_scope_open(cti_wat_builder *b, uint32_t ident, bool in_type);
void cti_wat_scope_close(cti_wat_builder *b);

/* The index that the current token names in the index space of `sort`. Modules, components and types of outer scopes are aliased. */
uint32_t cti_wat_resolve(cti_wat_builder *b, cti_sort sort);
/* Gives `index` the name that an identifier says. */
void cti_wat_define(cti_wat_builder *b, cti_sort sort, cti_wat_ident ident, uint32_t index);

/* `x`, or `x "export"...` of an instance, after the keyword of the sort. */
uint32_t cti_wat_ref(cti_wat_builder *b, cti_sort sort);
/* `x`, `(sort x)` or `(core sort x "export"?)` as immediates and options have it. */
uint32_t cti_wat_core_ref(cti_wat_builder *b, cti_sort sort);
/* "core func", "type", ... : takes the words of a sort. CTI_SORT_COUNT after a failure. */
cti_sort cti_wat_take_sort(cti_wat_builder *b);
void cti_wat_extern_name(cti_wat_builder *b, cti_extern_name *out);

/* The fields of a component up to the end of the group, into the current scope's component, names included. */
void cti_wat_component_fields(cti_wat_builder *b, cti_wat_ident ident);
ct_status cti_wat_component(cti_wat_parser *p, cti_wat_ident ident, cti_buf *out);

/* ---- wat_ctype.c */

cti_valtype cti_wat_component_valtype(cti_wat_builder *b);
bool cti_wat_at_valtype(cti_wat_builder *b);
/* After the name: a type definition, in parentheses or a primitive. */
void cti_wat_ctype(cti_wat_builder *b, cti_ctype *out, uint32_t ident);
/* `(type x)`, or the type written inline, which becomes an item: gives its index. `kind` is FUNC, COMPONENT or INSTANCE. */
uint32_t cti_wat_ctype_use(cti_wat_builder *b, cti_ctype_kind kind);
/* What an import or export is: "func (type x)" ... inside of a group. Gives the identifier when `with_ident`. */
cti_wat_ident cti_wat_externtype(cti_wat_builder *b, cti_externtype *out, bool with_ident);
/* After (core type $id?: one type or module type, up to the end of its group. (core rec ...) holds several. */
void cti_wat_core_type(cti_wat_builder *b, cti_wat_ident ident);
void cti_wat_core_rec(cti_wat_builder *b);
uint32_t cti_wat_module_type_use(cti_wat_builder *b);
cti_corevt cti_wat_core_valtype(cti_wat_builder *b);
/* After `alias`. */
void cti_wat_alias(cti_wat_builder *b);

/* ---- wat_canon.c */

/* After `canon`. */
void cti_wat_canon(cti_wat_builder *b);
/* After (core func $id? and (func $id? with its exports: the forms that have the definition inside. */
void cti_wat_core_func(cti_wat_builder *b, cti_wat_ident ident);
uint32_t cti_wat_lift(cti_wat_builder *b);

#endif
