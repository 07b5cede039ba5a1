/* module_state.h - the state of one module under validation, section by section: for cti_module_validate, and for bytes that arrive in pieces. */
#ifndef CTI_CORE_MODULE_STATE_H
#define CTI_CORE_MODULE_STATE_H

#include "base/map.h"
#include "base/parallel.h"
#include "core/body_validate.h"
#include "core/module_validate.h"

enum { SCRATCH_MOST = 1 << 18 };

#define CT_SECTION(symbol, code, name, items, reader, writer) CTI_SECTION_ROW_##symbol,
enum {
#include "core/sections.def"
  CTI_SECTION_ROWS
};
#undef CT_SECTION

typedef struct cti_func_names cti_func_names;

typedef struct cti_module_validator {
  cti_validation *v;
  cti_module_env env;
  cti_body body;  /* for constant expressions, and for bodies on the calling thread */
  cti_cursor c;   /* over the section */
  ct_slice bytes; /* the module, for names in failures; empty while it arrives in pieces */
  cti_func_names *func_names; /* of one thread that tells many failures; NULL: looked for with each */
  cti_arena scratch;
  CTI_VEC(cti_module_import) imports;
  CTI_VEC(cti_module_export) exports;
  cti_map export_names;
  bool wants_type, copies_names, has_code;
  bool has_trail; /* the failure says which item of which section it is about */
  uint8_t next_row; /* of sections.def: the first that may still come */
  uint32_t defined_funcs, datas, exact_room;
  uint64_t type_size;
} cti_module_validator;

/* Free also after a failure. */
ct_status cti_module_validator_init(cti_module_validator *out, cti_validation *v, bool wants_type);
void cti_module_validator_free(cti_module_validator *m);

/* The next section, whole. */
ct_status cti_module_validator_section(cti_module_validator *m, const cti_frame *frame);

/* The code section piece by piece: its header, then cti_code_validate_body for each body. */
ct_status cti_module_validator_begin_code(cti_module_validator *m, const cti_frame *frame, uint32_t count);

/* What can be said when no section follows. `out` may be NULL. */
ct_status cti_module_validator_end(cti_module_type *out, cti_module_validator *m, uint64_t offset);

/* The bodies at m->c, to the end of the section (code_validate.c). */
ct_status cti_code_validate(cti_module_validator *m, uint32_t count);

/* One body of function `func` (an index of all functions), with the trail of a failure. `error` takes it, which is the body's own. */
ct_status cti_code_validate_body(const cti_module_validator *m, cti_body *body, uint32_t func, ct_slice bytes, uint64_t offset);

/* Do the custom sections `name` and `metadata.code.branch_hint` fit the module at `c`, all of which was found valid? (custom_validate.c) */
ct_status cti_custom_validate(const cti_module_validator *m, cti_cursor c);

#endif
