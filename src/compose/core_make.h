/* core_make.h - core modules made from nothing: the shim, the fixup, a cut adapter. They are models (core/module.h) that get their sections at the end. */
#ifndef CTI_COMPOSE_CORE_MAKE_H
#define CTI_COMPOSE_CORE_MAKE_H

#include "base/map.h"
#include "compose/producers.h"
#include "core/custom.h"
#include "types/canon_abi.h"

void cti_make_module(cti_module *module, cti_arena *arena);

/* Each appends one thing and gives its index; UINT32_MAX when memory is out (reported). All imports of a kind come before its definitions. */
uint32_t cti_make_func_type(cti_module *module, const cti_subtype *type);
uint32_t cti_make_import(cti_module *module, ct_slice from, ct_slice name, const cti_extern_type *type);
uint32_t cti_make_func(cti_module *module, uint32_t type, ct_slice body); /* locals and expression */
uint32_t cti_make_global(cti_module *module, const cti_global_type *type, ct_slice init);
uint32_t cti_make_table(cti_module *module, const cti_table_type *type);
uint32_t cti_make_memory(cti_module *module, const cti_limits *type);
ct_status cti_make_export(cti_module *module, ct_slice name, cti_extern_kind kind, uint32_t index);

/* The constant expression `i32.const value`, in the arena; data == NULL when memory is out (reported). */
ct_slice cti_make_i32_const(cti_arena *arena, uint32_t value);

/* An active segment that puts functions into a table, from `at` on; they are borrowed. */
ct_status cti_make_elem(cti_module *module, uint32_t table, uint32_t at, const uint32_t *funcs, uint32_t count);

/* The function type of that signature, made unless `known` has it. */
uint32_t cti_make_sig(cti_module *module, cti_map *known, const cti_core_sig *sig);

/* An extern type that is a function of this type. */
cti_extern_type cti_func_of_type(uint32_t type);

/* Adds a custom section after all that are there. `content` is copied. */
ct_status cti_make_custom(cti_module *module, const char *name, const cti_buf *content);

/* Adds what every generated module ends with: producers, and unless `names` is NULL names: the module's, those of functions and globals where not NULL. */
ct_status cti_make_finish(cti_module *module, cti_maker maker, cti_names *names, const cti_name_map *funcs, const cti_name_map *globals);

/* Gives the module the sections that its contents need, in order, before its custom sections; then appends its bytes. */
ct_status cti_make_encode(cti_module *module, cti_buf *out);

#endif
