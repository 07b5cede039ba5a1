/* validate.h - is a binary valid? Core modules with every proposal, and components.
 *
 * The verdict never depends on the number of threads, nor does the failure: it is the one at the lowest offset. */
#ifndef CTOOL_VALIDATE_H
#define CTOOL_VALIDATE_H

#include "ctool/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A set of WebAssembly features, one bit each. Made by ct_features_parse alone: the bits have no stable meaning. */
typedef uint64_t ct_features;

/* What is on when nothing is said: everything of phase 4 and later. */
CT_API ct_features ct_features_default(void);

/* Applies a list as `ctool validate --features` has it ("all,-simd", "wasm2", "mvp,gc") to *features. CT_MISUSE for an unknown name. */
CT_API ct_status ct_features_parse(ct_features *features, const char *list, ct_error *error);

/* Limits on core modules; 0 means the value that engines agreed on (src/core/limits.def has them). */
typedef struct ct_limits {
  uint32_t types, functions, imports, exports, globals, tags, tables, memories, element_segments, data_segments;
  uint32_t table_entries, string_size, function_size, function_locals, function_params, function_results, br_table_size, struct_fields;
  uint32_t subtyping_depth, catches, handlers, select_results, type_size, canonical_types, operands, modules_and_components;
} ct_limits;

/* All-zero is the default. */
typedef struct ct_validate_options {
  ct_features features; /* 0: ct_features_default() */
  ct_limits limits;
  uint32_t threads; /* 0: as many as the machine has processors; small inputs use one in any case */
  bool show_stack;  /* the failure of a function body tells the instruction and the operand stack there */
  /* The custom sections `name` and `metadata.code.branch_hint` of a valid module must be well formed, too, and name what there is. Not of bytes that arrive
   * in pieces, since sections that have passed are not kept. */
  bool custom_sections;
  /* Function bodies, and with them names and branch hints, are not looked at: all that is around them is. For who passes on what is validated elsewhere. */
  bool skip_bodies;
  /* When set, validation goes on at the next function after a failing one, and each failure is told here in order of offsets; the call then fails
   * with the first one. Failures outside of function bodies end it. */
  void (*report)(void *context, const ct_error *error);
  void *report_context;
} ct_validate_options;

/* Validates a binary, module or component. `options` may be NULL. CT_OK, or the failure with offset and trail. */
CT_API ct_status ct_validate(ct_slice bytes, const ct_validate_options *options, ct_error *error);

/* The same for bytes that arrive in pieces of any size. Sections of a module, and of its code section single bodies, are checked as soon as they are whole,
 * on the calling thread; what is kept is no more than the largest of them. A component is kept until its end. `error` takes the failure and must live as
 * long as the validator. NULL when memory is out. */
typedef struct ct_validator ct_validator;
CT_API ct_validator *ct_validator_new(const ct_validate_options *options, ct_error *error);

/* Takes the next piece, which may be freed afterwards. After a failure gives that failure again. */
CT_API ct_status ct_validator_feed(ct_validator *validator, ct_slice piece);

/* Says that there is no more: the verdict. */
CT_API ct_status ct_validator_finish(ct_validator *validator);
CT_API void ct_validator_free(ct_validator *validator); /* NULL is ignored */

#ifdef __cplusplus
}
#endif
#endif
