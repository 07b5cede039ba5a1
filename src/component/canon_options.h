/* canon_options.h - the canonical options of one definition, each at most once and in harmony with the others.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canonical-abi-options */
#ifndef CTI_COMPONENT_CANON_OPTIONS_H
#define CTI_COMPONENT_CANON_OPTIONS_H

#include "component/scope.h"

typedef struct cti_canon_options {
  const char *name;  /* of the definition, for messages */
  uint64_t offset;
  cti_string_encoding encoding;
  bool has_memory, has_realloc, has_post_return, has_callback, has_core_type, is_async, gc;
  uint32_t post_return, callback; /* core functions */
  uint32_t core_type;             /* id of a core function type */
  cti_corevt pointer;             /* the address type of the memory; i32 without one */
} cti_canon_options;

/* Checks the options that any definition may have, and realloc's signature. */
ct_status cti_canon_options_read(cti_canon_options *out, const cti_component_validator *v, const cti_canon *canon, uint64_t offset);

/* Options of definitions that call out of the core module: all but lift. */
ct_status cti_canon_options_check_lower(const cti_canon_options *o, const cti_component_validator *v);
/* post-return, callback and async of a lift of the core function with this type. */
ct_status cti_canon_options_check_lift(cti_canon_options *o, const cti_component_validator *v, uint32_t core_type);

ct_status cti_canon_need_memory(const cti_canon_options *o, const cti_component_validator *v);
ct_status cti_canon_need_realloc(const cti_canon_options *o, const cti_component_validator *v);

/* Does the core function type have these parameters and results? */
bool cti_core_func_is(const cti_component_validator *v, uint32_t id, const cti_corevt *types, uint32_t param_count, uint32_t result_count);
/* Is a core memory one that the canonical ABI can use? *pointer is its address type then. */
ct_status cti_canon_memory(cti_corevt *pointer, const cti_component_validator *v, uint32_t index, uint64_t offset);

/* gc_abi.c: do the values of a function pass as the parameters and results of the core function type that the options name? (cm-gc) */
ct_status cti_gc_abi_check(cti_component_validator *v, const cti_canon_options *o, const cti_func_type *func);

#endif
