/* module_validate.h - validation of core modules straight from their bytes, without the model of module.h.
 *
 * A cti_validation is what all modules of one call share: features, limits, threads, the table of canonical types. Component validation holds one and
 * calls cti_module_validate for each nested module, in the order of the file; the error reported is the one at the lowest offset.
 * https://webassembly.github.io/spec/core/valid/modules.html */
#ifndef CTI_CORE_MODULE_VALIDATE_H
#define CTI_CORE_MODULE_VALIDATE_H

#include "core/type_table.h"
#include "ctool/validate.h"

typedef struct cti_validation {
  cti_type_table types; /* with the features and the limits */
  uint32_t threads;     /* at least 1 */
  bool skip_bodies; /* function bodies are not looked at: for who wants to know types alone */
  bool slow;        /* for tests: bodies without the fast path */
  bool custom_sections; /* check what names and branch hints are about */
  bool show_stack;  /* add the instruction and the operand stack to the failure of a function body */
  cti_arena *arena; /* of the caller; holds the types and what modules give; its error is the validation's */
  void (*report)(void *context, const ct_error *error); /* NULL: stop at the first failure. Else it is told every failing function, in order of offsets */
  void *report_context;
  const char *trail; /* of what is around the module ("component > module 0"), put before the trail of what is reported; NULL: nothing */
  uint32_t modules; /* modules and components seen so far */
} cti_validation;

/* `options` may be NULL. */
void cti_validation_init(cti_validation *out, const ct_validate_options *options, cti_arena *arena);

/* One import or export: names borrow from the module's bytes; ids and value types are canonical (of v->types). */
typedef struct cti_module_import {
  ct_slice module, name;
  cti_extern_type type;
} cti_module_import;

typedef struct cti_module_export {
  ct_slice name;
  cti_extern_type type;
} cti_module_export;

/* The type of a module. Export names are unique, import names need not be. Arrays belong to v->arena. */
typedef struct cti_module_type {
  const cti_module_import *imports;
  const cti_module_export *exports;
  uint32_t import_count, export_count;
  uint32_t size; /* in units of the type-size limit */
} cti_module_type;

/* Validates a module whose first byte (of the magic number) lies at `base`. `out` may be NULL. The failure, in v->arena->error, has a trail that begins
 * at "code > func 12 (\"name\")" or a section's name. */
ct_status cti_module_validate(cti_module_type *out, ct_slice bytes, uint64_t base, cti_validation *v);

/* Checks the type of an import as it was read (core_read.h) and makes it canonical. */
ct_status cti_extern_type_check(cti_extern_type *type, const cti_type_space *space, const cti_validation *v, uint64_t offset);

/* May it be imported, as the `count`-th of its kind? May it be exported? What features and limits say, in modules as in module types. */
ct_status cti_import_check(const cti_extern_type *type, uint32_t count, const cti_validation *v, uint64_t offset);
ct_status cti_export_check(const cti_extern_type *type, const cti_validation *v, uint64_t offset);

/* What an import or export of that type adds to the size of a module type. */
uint32_t cti_extern_type_size(const cti_type_table *table, const cti_extern_type *type);

#endif
